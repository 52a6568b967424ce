#!/usr/bin/env python3
"""Finds the words of dictionary 1 and their weights, and writes them as 1.words.tsv.

Run once when a dictionary is made, never when the project is built: a published dictionary does not change. The packages it reads,
with their versions and licences, are listed in SOURCE.txt.

    python3 words.py FOLDER > 1.words.tsv

FOLDER holds the unpacked packages `jieba`, `faker`, `mingzi`, `pypinyin_dict` and `china-division` (its `dist`).

It makes up texts of the kinds that seals carry: names of people for the first code; names of organisations, addresses and licence
wording for the second. For each code it takes every frequent string as a candidate, and then alternates: parse all texts with the
present code lengths, count what is used, drop what saves least. Nothing here is a real person, shop or address.
"""

import collections
import json
import math
import random
import re
import sys

from vocabulary import (ARABIC, BRAND, BUILDING, COMPOUND, ETHNIC, GIVEN, GIVEN_PAIRS, INDUSTRY, LEGAL_FORM, OFFICE, PUNCTUATION, ROAD_HEAD, ROAD_TAIL,
                        SHOP_KIND, SHOP_PREFIX, WORDING)

TEXTS_PER_KIND = 45_000
CANDIDATES = 24_000
PHRASES_OF_NAMES, PHRASES_OF_THE_REST = 500, 3_400
HOME_PROVINCES, HOME_WEIGHT = ("44", "33"), 3
HAN = re.compile(r"[㐀-鿿]+")
NAME = re.compile(r"[㐀-鿿·]+")

dice = random.Random(20261122)


class Sources:
    def __init__(self, folder):
        sys.path.insert(0, folder)
        from faker.providers.company.zh_CN import Provider as Company
        from faker.providers.person.zh_CN import Provider as Person

        with open(f"{folder}/pypinyin_dict/pinyin_data/ktghz2013.py", encoding="utf-8") as file:
            self.standard_characters = sorted(chr(int(code, 16)) for code in re.findall(r"^ +0x([0-9A-F]+):", file.read(), re.MULTILINE))
        self.gb2312 = [character for row in range(0xB0, 0xF8) for character in gb2312(row)]
        self.surnames = dict(Person.last_names)
        with open(f"{folder}/mingzi/data.json", encoding="utf-8") as file:
            self.mingzi = json.load(file)
        self.faker_given = list(Person.first_names)
        self.company_prefixes = list(Company.company_prefixes)
        self.words = {}
        self.names = []
        with open(f"{folder}/jieba/dict.txt", encoding="utf-8") as file:
            for line in file:
                word, weight, kind = line.split()
                self.words[word] = (int(weight), kind)
                if kind in ("nr", "nrfg") and 2 <= len(word) <= 3 and word[0] in self.surnames and int(weight) <= 60:
                    self.names.append(word)
        self.simple = set(self.standard_characters)
        self.places = places(folder)


def gb2312(row):
    found = []
    for column in range(0xA1, 0xFF):
        try:
            found.append(bytes((row, column)).decode("gb2312"))
        except UnicodeDecodeError:
            pass
    return found


def places(folder):
    """(province, city, county, town, village) with weights, from the administrative divisions."""
    def rows(name):
        with open(f"{folder}/china-division/dist/{name}.json", encoding="utf-8") as file:
            return json.load(file)

    provinces = {row["code"]: row["name"] for row in rows("provinces")}
    cities = {row["code"]: row["name"] for row in rows("cities")}
    counties = {row["code"]: row["name"] for row in rows("areas")}
    towns = {row["code"]: row["name"] for row in rows("streets")}
    villages = rows("villages")
    villages = [villages[place] for place in sorted(dice.sample(range(len(villages)), 150_000))]
    found, weights = [], []
    for row in villages:
        province, city, county = row["provinceCode"], row["cityCode"], row["areaCode"]
        city_name = cities.get(city, "")
        if city_name in ("市辖区", "县") or "直辖" in city_name:
            city_name = ""
        found.append((provinces[province], city_name, counties.get(county, ""), towns.get(row["streetCode"], ""), row["name"]))
        weights.append(HOME_WEIGHT if province in HOME_PROVINCES else 1)
    return found, cumulative(weights)


def bare(place):
    """A place's name without the word for its kind: 东华门街道 -> 东华门."""
    return re.sub(r"(社区|村|居民|村民)*(居委会|村委会|委员会)$|(街道|地区|镇|乡|社区|村|街道办事处)$", "", place) or place


class Names:
    def __init__(self, sources):
        self.surnames = Weighted(sources.surnames)
        counts = collections.Counter()
        for rank, character in enumerate(GIVEN):
            counts[character] += 3000 / (rank + 25)
        known = [name for name in sources.names if all(c in sources.simple for c in name)]
        in_dictionary = collections.Counter(c for name in known for c in name[1:])
        share = sum(counts.values()) / sum(in_dictionary.values())
        for character, count in in_dictionary.items():
            counts[character] += count * share * 0.9
        modern = collections.Counter(c for kind in ("male_single", "female_single", "male_double", "female_double") for n in sources.mingzi[kind] for c in n)
        share = sum(counts.values()) / sum(modern.values())
        for character, count in modern.items():
            if character in sources.simple:
                counts[character] += count * share * 0.08
        self.characters = Weighted(counts)
        self.pairs = list(GIVEN_PAIRS) + [n for n in sources.faker_given if len(n) == 2]
        self.compound = COMPOUND + sources.mingzi["com_surname"][:8]

    def one(self):
        kind = dice.random()
        if kind < 0.03:
            return self.foreign()
        surname = dice.choice(self.compound) if kind < 0.034 else self.surnames.pick()
        return surname + self.given()

    def given(self):
        kind = dice.random()
        if kind < 0.16:
            return self.characters.pick()
        if kind < 0.24:
            return dice.choice(self.pairs)
        return self.characters.pick() + self.characters.pick()

    def foreign(self):
        def part():
            return dice.choice(ETHNIC) if dice.random() < 0.5 else "".join(dice.choice(ARABIC) for _ in range(dice.randint(2, 5)))
        return part() if dice.random() < 0.3 else part() + "·" + part()


class Weighted:
    def __init__(self, weights):
        self.items, self.weights = list(weights), []
        total = 0
        for item in self.items:
            total += weights[item]
            self.weights.append(total)

    def pick(self):
        return dice.choices(self.items, cum_weights=self.weights)[0]


class Organisations:
    def __init__(self, sources, names):
        self.names, self.places, self.sources = names, sources.places, sources
        self.brand = Weighted({c: 1 / (rank + 30) for rank, c in enumerate(BRAND)})
        nouns = {w: f**0.4 for w, (f, k) in sources.words.items() if k in ("n", "nz", "a", "s", "ns", "nr", "vn", "z") and len(w) == 2 and all(c in sources.simple for c in w)}
        self.nouns = Weighted(nouns)
        self.bodies = [w for w, (_, k) in sources.words.items() if k == "nt" and all(c in sources.simple for c in w)]
        self.legal = Weighted(dict(LEGAL_FORM))

    def called(self):
        kind = dice.random()
        if kind < 0.40:
            return self.brand.pick() + self.brand.pick()
        if kind < 0.52:
            return self.nouns.pick()
        if kind < 0.60:
            return self.brand.pick() + self.nouns.pick()[0]
        if kind < 0.66:
            return self.nouns.pick()[0] + self.nouns.pick()[1]
        if kind < 0.74:
            return dice.choice(SHOP_PREFIX).replace("X", self.names.surnames.pick()).replace("Y", self.names.characters.pick())
        if kind < 0.79:
            return self.names.given()
        if kind < 0.83:
            return re.sub(r"(公司|国际公司|集团)$", "", dice.choice(self.sources.company_prefixes))
        if kind < 0.90:
            return self.nouns.pick() + self.nouns.pick()
        if kind < 0.95:
            return self.brand.pick() + self.brand.pick() + self.brand.pick()
        return self.nouns.pick() + self.brand.pick()

    def one(self):
        province, city, county, town, village = pick_place(self.places)
        city = city or province
        kind = dice.random()
        if kind < 0.05:
            return dice.choice(self.bodies)
        if kind < 0.15:
            return dice.choice([province, city, city + county, county, city + county]) + dice.choice(OFFICE)
        short = city.removesuffix("市")
        where = dice.choice([city, city, short, short, short, province, province.removesuffix("省"), city + county, city + county, county, short + county,
                             city + county + town, county + town, short + bare(county), bare(town), ""])
        if kind < 0.55:
            name = where + self.called() + dice.choice(INDUSTRY) + (dice.choice(INDUSTRY) if dice.random() < 0.12 else "") + self.legal.pick()
            if dice.random() < 0.08:
                name += dice.choice([short, bare(county), "第一", "第二"]) + dice.choice(["分公司", "分公司", "店", "支行", "营业部"])
            return name
        name = where + self.called() + dice.choice(SHOP_KIND)
        return name + ("（个体工商户）" if dice.random() < 0.03 else "")


def cumulative(weights):
    total, found = 0, []
    for weight in weights:
        total += weight
        found.append(total)
    return found


def pick_place(places):
    found, weights = places
    return dice.choices(found, cum_weights=weights)[0]


class Addresses:
    def __init__(self, sources, names, organisations):
        self.places, self.names, self.organisations = sources.places, names, organisations

    def road(self, town, village):
        kind = dice.random()
        if kind < 0.35:
            head = dice.choice(ROAD_HEAD)
        elif kind < 0.55:
            head = bare(village)
        elif kind < 0.68:
            head = bare(town)
        elif kind < 0.80:
            head = self.organisations.brand.pick() + self.organisations.brand.pick()
        elif kind < 0.90:
            head = self.organisations.nouns.pick()
        else:
            head = bare(pick_place(self.places)[dice.randint(1, 3)] or town).removesuffix("市").removesuffix("县").removesuffix("区")
        return head + dice.choice(ROAD_TAIL)

    def one(self):
        province, city, county, town, village = pick_place(self.places)
        text = (province if dice.random() < 0.45 or not city else "") + (city if dice.random() < 0.9 else "") + (county if dice.random() < 0.92 else "")
        if dice.random() < 0.6:
            text += town.removesuffix("办事处")
        kind = dice.random()
        if kind < 0.25:
            text += dice.choice([village, bare(village) + "村", bare(village) + "社区"])
            text += dice.choice(["", "", self.road(town, village), f"{dice.randint(1, 20)}组", f"第{dice.choice('一二三四五六七八九十')}村民小组"])
            text += f"{number()}号" if dice.random() < 0.7 else ""
            return text
        text += self.road(town, village) + f"{number()}号" + ("之" + dice.choice("一一二三四五") if dice.random() < 0.08 else "")
        if dice.random() < 0.55:
            text += self.building()
        return text

    def building(self):
        text = ""
        if dice.random() < 0.6:
            text += self.organisations.called() + dice.choice(BUILDING)
        text += dice.choice(["", "", f"{dice.choice('ABCDEF')}座", f"{dice.choice('ABC')}栋", f"{dice.randint(1, 40)}栋", f"{dice.randint(1, 40)}幢", f"{dice.randint(1, 12)}号楼"])
        room = f"{dice.randint(1, 33)}{dice.randint(1, 16):02}"
        return text + dice.choice([room + "室", room + "室", room, room + "房", room + "号", f"{dice.randint(1, 33)}楼", f"{dice.randint(1, 33)}层", "首层", f"{dice.randint(1, 9)}单元" + room,
                                   f"首层{dice.randint(1, 30)}号铺", f"{dice.choice('ABCD')}{dice.randint(1, 199)}", "一楼", "二楼"])


def number():
    return str(int(10 ** dice.uniform(0.0, 3.1)))


def wording():
    if dice.random() < 0.15:
        return dice.choice([f"{dice.randint(2015, 2035)}年{dice.randint(1, 12)}月{dice.randint(1, 28)}日", f"第{dice.randint(1, 99)}号", f"{dice.randint(10, 900)}平方米",
                            "".join(dice.choice("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789") for _ in range(dice.randint(4, 9)))])
    return dice.choice(["；", "；", "、", ""]).join(dice.choice(WORDING) for _ in range(dice.choice([1, 1, 1, 2, 3])))


def corpora(sources):
    """The texts of the first code, and those of the second."""
    names = Names(sources)
    organisations = Organisations(sources, names)
    addresses = Addresses(sources, names, organisations)
    people = collections.Counter(names.one() for _ in range(2 * TEXTS_PER_KIND))
    rest = collections.Counter(organisations.one() for _ in range(TEXTS_PER_KIND))
    rest.update(addresses.one() for _ in range(TEXTS_PER_KIND))
    rest.update(wording() for _ in range(TEXTS_PER_KIND * 3 // 10))
    return people, rest


def substrings(texts, pattern, longest):
    found = collections.Counter()
    for text, count in texts.items():
        for stretch in pattern.findall(text):
            for start in range(len(stretch)):
                for end in range(start + 2, min(start + longest, len(stretch)) + 1):
                    found[stretch[start:end]] += count
    return found


def candidates_of_names(texts):
    return {word: count for word, count in substrings(texts, NAME, 4).items() if count >= 15}


def candidates_of_the_rest(texts):
    """Every string of 2 to 10 Chinese characters that is in at least 12 texts, two digits, a year, and what the lists have."""
    kept = {word: count for word, count in substrings(texts, HAN, 10).items() if count >= 12}
    ranked = sorted(kept, key=lambda word: (-kept[word] * (len(word) - 1), word))[:CANDIDATES]
    digits = [f"{n:02}" for n in range(100)] + [f"20{n:02}" for n in range(15, 40)]
    listed = [word for listing in (INDUSTRY, SHOP_KIND, OFFICE, ROAD_TAIL, BUILDING, WORDING) for word in listing if len(word) <= 20] + [word for word, _ in LEGAL_FORM]
    return {word: max(1.0, kept.get(word, 0)) for word in dict.fromkeys(ranked + digits + listed) if len(word) > 1}


def parse(text, cost, longest):
    best, step = [0.0] + [math.inf] * len(text), [0] * (len(text) + 1)
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - longest), end):
            price = cost.get(text[start:end])
            if price is not None and best[start] + price < best[end]:
                best[end], step[end] = best[start] + price, start
    words, end = [], len(text)
    while end:
        words.append(text[step[end]:end])
        end = step[end]
    return best[-1], words


def refine(texts, phrases, characters, size):
    weights = collections.Counter(phrases)
    for text, count in texts.items():
        for character in text:
            weights[character] += count
    for room in (12_000, 8_000, size + 1_500, size, size):
        # A character that no text had still gets a third of a use: it is an entry so that no common character needs the escape.
        total = sum(weights.values()) + 0.3 * len(characters)
        cost = {word: -math.log2((count + (0.3 if len(word) == 1 else 1e-9)) / total) for word, count in weights.items()}
        cost.update((character, -math.log2(0.3 / total)) for character in characters if character not in cost)
        longest = max(map(len, cost))
        used, bits = collections.Counter(), 0.0
        for text, count in texts.items():
            price, words = parse(text, cost, longest)
            bits += price * count
            for word in words:
                used[word] += count
        gains = {}
        for word in [word for word in used if len(word) > 1]:
            price = cost.pop(word)
            gains[word] = used[word] * (parse(word, cost, longest)[0] - price)
            cost[word] = price
        kept = sorted((word for word in gains if gains[word] > 8), key=lambda word: (-gains[word], word))[:room]
        weights = collections.Counter({word: used[word] for word in kept})
        weights.update({character: used[character] for character in characters})
        characters_read = sum(len(text) * count for text, count in texts.items())
        print(f"{len(weights)} entries, {bits / characters_read:.2f} bits a character", file=sys.stderr)
    return {word: 3 * count + 1 for word, count in weights.items()}


def main(folder):
    sources = Sources(folder)
    people, rest = corpora(sources)
    ascii_printable = [chr(code) for code in range(0x20, 0x7F)]
    standard = set(sources.standard_characters) | set(sources.gb2312) | set(ascii_printable) | set(PUNCTUATION)
    people = collections.Counter({text: count for text, count in people.items() if standard.issuperset(text)})
    rest = collections.Counter({text: count for text, count in rest.items() if standard.issuperset(text)})
    common = set("".join(rest)) | set(ascii_printable) | set(PUNCTUATION) | set(sources.gb2312[:3755])
    first = refine(people, candidates_of_names(people), sorted(standard), PHRASES_OF_NAMES)
    second = refine(rest, candidates_of_the_rest(rest), sorted(common), PHRASES_OF_THE_REST)
    print(HEADER, end="")
    for word in sorted(first.keys() | second.keys(), key=lambda word: (-max(first.get(word, 0), second.get(word, 0)), word)):
        print(f"{word}\t{first.get(word, '-')}\t{second.get(word, '-')}")


HEADER = """\
# The entries of dictionary 1 and how often the texts of each code used them: entry, names of people, all else; tab-separated, - for no entry.
# Made by words.py from jieba 0.42.1 (MIT), Faker 40.54.0 (MIT), mingzi 1.2.3 (MIT), pypinyin-dict (MIT), china-division 2.7.0 (WTFPL; package.json: MIT),
# and vocabulary.py (written for kanhe). SOURCE.txt tells what was taken from each. A line that starts with a number sign and a space is a comment.
"""


if __name__ == "__main__":
    main(sys.argv[1])
