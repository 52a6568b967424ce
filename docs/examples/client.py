"""Issues a certificate, shows it, verifies its QR text, suspends it, and sees the counter's answer change.

KANHE_URL=http://127.0.0.1:8470 KANHE_KEY=kanhe_… python3 client.py application.json
"""

import json
import os
import sys
import urllib.error
import urllib.request

URL, KEY = os.environ["KANHE_URL"], os.environ["KANHE_KEY"]
GROUNDS = {"basis": "《行政许可法》第三十八条", "reason": "符合法定条件"}


def ask(method, path, body=None):
    """Calls the service; a refusal is a problem document (RFC 9457), whose code never changes."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json", "Accept-Language": "en"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        problem = json.load(refused)
        sys.exit(f"{problem['code']}: {problem['title']}. {problem.get('hint', '')}")


with open(sys.argv[1], encoding="utf-8") as file:
    application = json.load(file)

issued = ask("POST", "/v1/certificates", {"type": "special-work-operator", "application": application, **GROUNDS})
certificate = issued["certificate"]
path = f"/v1/certificates/{certificate['identifier']}"
print("issued   ", certificate["identifier"], "in" if issued["result"] == "issued" else "before, in", certificate["condition"])

shown = ask("GET", path)
print("holder   ", shown["holders"][0]["name"], shown["holders"][0]["code"])


def counter():
    verdict = ask("POST", "/v1/verify", {"text": certificate["seal"]})
    return f"{verdict['verdict']} ({verdict['code']}): {verdict['message']['en']}"


print("counter  ", counter())
ask("POST", f"{path}/suspend", {"basis": "《行政处罚法》第九条", "reason": "限期整改"})
ask("POST", "/v1/publish")
print("suspended", counter())
