"""Records of any number for `bench/ledger` and the tests, and every figure counted from their bodies, without a line of weldtech.

`fill` writes what a fieldbook has of an installation besides its log, so that 100,000 of them take a minute; the program itself then
makes the columns of the ledger by its own migration. `count` reads the bodies by Python's json alone.
"""
import datetime, json, os, random, sqlite3, subprocess, uuid

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

STREETS = ("树林召镇 展旦召苏木 白泥井镇 昭君镇 恩格贝镇 中和西镇 吉格斯太镇 王爱召镇 风水梁镇 工业街道 锡尼街道 白塔街道 "
           "西园街道 平原街道 昭君街道").split()
INDUSTRIES = "autoRepair doorsWindows renovation flexibleWork mining construction municipal specialEquipment other".split()
DEPARTMENTS = {"mining": "emergency", "construction": "housing", "municipal": "housing", "specialEquipment": "market"}
TYPES = "general small individual flexible household".split()
STATUSES = {"delivered": 700, "closed": 50, "open": 80, "signatureDue": 10, "retired": 50, "refused": 20, "void": 20,
            "surveyed": 60, "outOfUse": 10}
FIRST = datetime.date(2024, 8, 1)


def at(day, second):
    return f"{day.isoformat()}T{8 + second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}+08:00"


def record(number, source):
    """A record that says what the ledger needs, in the form of `show --json`, with a log's share of history."""
    unit = number // 3 if source.random() < 0.7 else number
    industry = INDUSTRIES[unit % 9]
    day = FIRST + datetime.timedelta(days=source.randrange(140))
    fitted = day + datetime.timedelta(days=source.randrange(12))
    second = source.randrange(30_000)
    status = source.choices(list(STATUSES), list(STATUSES.values()))[0]
    isSurveyed = status == "surveyed"
    body = {
        "schema": "weldtech.installation/1", "id": str(uuid.UUID(int=source.getrandbits(128), version=4)), "revision": 1,
        "openedAt": at(day, second), "status": {"signatureDue": "open", "delivered": "closed"}.get(status, status),
        "owner": {
            "unitId": f"U-{unit:012x}", "unitName": f"顺利{'汽修焊接钢构门窗农机'[unit % 5 * 2:][:2]}{unit}部", "unitType": TYPES[unit % 5],
            "responsibleName": "王五", "responsiblePhone": f"138{unit:08}", "street": STREETS[unit % len(STREETS)],
            "community": f"第{unit % 7 + 1}社区", "industry": industry,
        },
        "welder": {
            "brand": "示例", "model": "ZX7-315", "serialNumber": f"W-{number}", "weldingProcess": "manualArc",
            "supply": "singlePhase220", "sourceType": "inverter", "supplyMaxAmps": 40, "maxCurrentAmps": 315,
            "condition": "retired" if status == "retired" else "fit",
        },
        "photos": [], "survey": {"filledBy": "张三", "filledByPhone": "13800000001"},
        "funding": {"payer": "owner" if industry in DEPARTMENTS or fitted >= datetime.date(2024, 12, 15) else "banner",
                    "reason": "industryDepartment"},
        "history": [{"at": at(day, second), "event": "surveyed" if isSurveyed else "registered", "sha256": "ab" * 32}],
    }
    if industry == "other":
        body["owner"]["industryNote"] = "农机具修理"
    if not isSurveyed:
        body["owner"]["operators"], body["owner"]["certifiedOperators"] = unit % 6, unit % 6 // 2
    if source.random() < 0.2:
        body["welder"]["purchasedOn"] = (day - datetime.timedelta(days=source.randrange(60))).isoformat()
    if source.random() < 0.1:
        body["remarks"] = "院内"
    agreement = {"sha256": "cd" * 32, "bytes": 90_000, "signedAt": at(fitted, second), "strokesSha256": "ef" * 32,
                 "signatory": {"name": "王五", "phone": "13900000003", "capacity": "proprietor"}}
    # Some of the retired welders were fitted before.
    if status in ("delivered", "closed", "outOfUse") or status == "retired" and number % 2:
        body["agreement"] = agreement if status != "retired" else dict(agreement, signedAt=at(day, second))
        # A few were corrected since, and count by the day of their first signature.
        if source.random() < 0.05:
            body["earlierAgreements"] = [dict(agreement, signedAt=at(day, second))]
    if status == "signatureDue":
        body["earlierAgreements"] = [agreement]
    if status not in ("open", "signatureDue", "surveyed"):
        body["closedAt"] = at(fitted, second)
    if status in ("delivered", "closed", "outOfUse", "signatureDue"):
        body["module"] = {"serialNumber": f"M-{number}", "chip": "STM32F405", "firmwareVersion": "1.0.0", "keyId": f"{number:016x}"}
        body["seal"] = {"number": f"S-{number}", "appliedAt": at(fitted, second), "previousNumbers": []}
        body["history"] += [{"at": at(fitted, second), "event": event, "sha256": "ab" * 32} for event in
                            "photographed flashed paired labelled sealed tested photographed handedOver signed".split()]
    return status, day, second, body


def fill(weldtech, home, count, seed=1):
    """Makes a fieldbook with so many records, and the few of its fixture."""
    os.makedirs(home, mode=0o700, exist_ok=True)
    database = sqlite3.connect(home + "/fieldbook.sqlite")
    # The database is older than the columns of the ledger, so that the program has to fill them itself.
    with open(os.path.join(ROOT, "Tests/Fixtures/Fieldbook/0011-timestamps.sql"), encoding="utf-8") as file:
        database.executescript(file.read())
    source = random.Random(seed)
    for number in range(count):
        status, day, second, body = record(number, source)
        row = "open" if status == "signatureDue" else status
        seconds = int(datetime.datetime.fromisoformat(body["openedAt"]).timestamp())
        next_step = {"open": "photoBefore", "signatureDue": "sign"}.get(status)
        database.execute(
            "INSERT INTO installation VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (body["id"], None, row, body["owner"]["unitName"], body["openedAt"], seconds, next_step,
             2 if status == "signatureDue" else 1))
        database.execute(
            "INSERT INTO record VALUES (?, ?)", (body["id"], json.dumps(body, ensure_ascii=False, sort_keys=True).encode()))
    database.commit()
    database.close()
    subprocess.run([weldtech, "--home", home, "--json", "ledger", "rows", "refused"], check=True, stdout=subprocess.DEVNULL)


def count(home, today, start=None, end=None, chosen=lambda body: True):
    """Every figure as a set of ids, from the bodies of the records: {figure: {id}}; and {week's Monday: done}."""
    database = sqlite3.connect(f"file:{home}/fieldbook.sqlite?mode=ro", uri=True)
    figures = {name: set() for name in
               "known done retired outstanding surveyed begun refused outOfUse fundedByBanner fundedByOwner due overdue".split()}
    weeks = {}
    for id, status, body in database.execute(
            "SELECT id, status, body FROM installation JOIN record ON record.installation = installation.id"):
        body = json.loads(body)
        if status == "void" or not chosen(body):
            continue
        day = lambda text: datetime.date.fromisoformat(text[:10])
        if end and day(body["history"][0]["at"]) > end:
            continue
        figures["known"].add(id)
        agreements = body.get("earlierAgreements", []) + [one for one in [body.get("agreement")] if one]
        fitted = day(agreements[0]["signedAt"]) if agreements else None
        within = lambda moment: moment is not None and (start is None or moment >= start) and (end is None or moment <= end)
        before = lambda moment: moment is not None and (end is None or moment <= end)
        if status == "retired" and before(day(body["closedAt"])):
            if within(day(body["closedAt"])):
                figures["retired"].add(id)
        elif status != "refused" and before(fitted):
            if status == "outOfUse":
                figures["outOfUse"].add(id)
            if within(fitted):
                figures["done"].add(id)
                figures["fundedByBanner" if body["funding"]["payer"] == "banner" else "fundedByOwner"].add(id)
                monday = fitted - datetime.timedelta(days=fitted.weekday())
                weeks[monday.isoformat()] = weeks.get(monday.isoformat(), 0) + 1
        else:
            figures["outstanding"].add(id)
            figures[status if status in ("surveyed", "refused") else "begun"].add(id)
            bought = body["welder"].get("purchasedOn")
            if bought and bought >= "2024-07-24":
                last = datetime.date.fromisoformat(bought) + datetime.timedelta(days=15)
                figures["due" if last >= today else "overdue"].add(id)
    return figures, weeks
