#!/usr/bin/env bash
# Issues a certificate, shows it, verifies its QR text, suspends it, and sees the counter's answer change. Needs curl and jq.
#
#   KANHE_URL=http://127.0.0.1:8470 KANHE_KEY=kanhe_… ./client.sh application.json
set -euo pipefail

# A refusal is a problem document (RFC 9457), and ends the script with it.
ask() {
    local answer
    answer=$(curl --silent --show-error --fail-with-body --max-time 30 --header "Authorization: Bearer $KANHE_KEY" \
        --header 'Content-Type: application/json' --header 'Accept-Language: en' "${@:2}" "$KANHE_URL$1") || { echo "$answer" >&2; exit 1; }
    echo "$answer"
}

grounds='{"basis": "《行政许可法》第三十八条", "reason": "符合法定条件"}'
body=$(jq --argjson grounds "$grounds" '{type: "special-work-operator", application: .} + $grounds' "$1")
certificate=$(ask /v1/certificates --data "$body" | jq .certificate)
identifier=$(jq --raw-output .identifier <<<"$certificate")
echo "issued    $identifier"

ask "/v1/certificates/$identifier" | jq --raw-output '"holder    \(.holders[0].name) \(.holders[0].code)"'

counter() {
    jq '{text: .seal}' <<<"$certificate" | ask /v1/verify --data @- |
        jq --raw-output --arg when "$1" '"\($when) \(.verdict) (\(.code)): \(.message.en)"'
}
counter "counter  "
ask "/v1/certificates/$identifier/suspend" --data '{"basis": "《行政处罚法》第九条", "reason": "限期整改"}' >/dev/null
ask /v1/publish --request POST >/dev/null
counter suspended
