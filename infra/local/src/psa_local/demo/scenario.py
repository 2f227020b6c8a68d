"""June 2026 at RheinSysteme: the things of the main job, as the API takes them."""

from psa_local.demo.actors import Document

#: The tenant itself; the suite's bootstrap sets the first one up with the same words.
COMPANY: Document = {
    "name": "RheinSysteme IT GmbH",
    "federal_state": "NW",
    "company": {
        "legal_name": "RheinSysteme IT GmbH",
        "street": "Hafenstr. 12",
        "postal_code": "50667",
        "city": "Köln",
        "vat_id": "DE123456788",
        "email": "rechnung@rheinsysteme.example",
        "phone": "+49 221 5550100",
        "contact_name": "Buchhaltung",
        "iban": "DE89370400440532013000",
        "bic": "COBADEFFXXX",
        "creditor_id": "DE98ZZZ09999999999",
    },
}
MAIL_DOMAIN = "rheinsysteme.example"

CUSTOMER_NUMBER = "KD-10042"
CUSTOMER: Document = {
    "number": CUSTOMER_NUMBER,
    "name": "Müller Maschinenbau GmbH",
    "federal_state": "NW",
    "debtor_account": "10042",
}
ADDRESS: Document = {"street": "Werkstr. 5", "postal_code": "50825", "city": "Köln"}
LOCATION: Document = {"name": "Werk Köln", "federal_state": "NW", **ADDRESS}
CONTACT: Document = {
    "name": "Einkauf Müller Maschinenbau",
    "email": "einkauf@mueller-maschinenbau.example",
    "phone": "+49 221 5550142",
}
BILLING_ACCOUNT: Document = {
    "name": "Müller Maschinenbau GmbH",
    **ADDRESS,
    "buyer_reference": CUSTOMER_NUMBER,
    "vat_id": "DE136695976",
    "electronic_address": "rechnung@mueller-maschinenbau.example",
    "electronic_address_scheme": "EM",
    "email": "rechnung@mueller-maschinenbau.example",
    "invoice_format": "xrechnung_ubl",
    "payment_terms_days": 14,
}

SERVERS = ("SRV-01", "SRV-02", "SRV-03")
MANAGED_FROM = "2026-06-01"


def server(name: str, customer_id: str) -> Document:
    """Return a server that is active and managed from June on."""
    return {
        "customer_id": customer_id,
        "number": name,
        "name": name,
        "asset_class": "server",
        "state": "active",
        "managed": True,
        "effective_on": MANAGED_FROM,
    }


CONTRACT: Document = {
    "number": "V-2026-007",
    "title": "Managed Services",
    "valid_from": "2026-01-01",
}
CONTRACT_LINES: tuple[Document, ...] = (
    {
        "kind": "recurring_per_unit",
        "title": "Managed Server",
        "unit_price": "145.00",
        "timing": "advance",
        "billing_starts_on": "2026-07-01",
        "counted": {"asset_class": "server"},
    },
    {
        "kind": "time_and_material",
        "title": "Technische Unterstützung",
        "unit_price": "129.00",
        "rounding": {
            "increment_minutes": 15,
            "direction": "up",
            "minimum_minutes": 15,
            "scope": "ticket_period",
        },
    },
)

WORKING_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
CALENDAR: Document = {
    "name": "NRW Büro",
    "time_zone": "Europe/Berlin",
    "week": {weekday: ["08:00-17:00"] for weekday in WORKING_DAYS},
    "holidays": {"country": "DE", "subdivision": "NW"},
}
POLICY: Document = {
    "name": "Standard",
    "is_default": True,
    "targets": {
        "P2": {"response_minutes": 60, "resolution_minutes": 480, "warning_percent": 75},
    },
}

TICKET: Document = {
    "title": "Warenwirtschaft langsam",
    "description": "Seit heute Mittag dauert jede Buchung mehrere Minuten.",
    "priority": "P2",
    "occurred_at": "2026-06-03T16:30:00+02:00",
}
#: As somebody types it who is on the phone meanwhile.
MISTYPED = "Warenwirtshaft"
REPLY: Document = {
    "body": "Wir sehen uns SRV-02 an.",
    "occurred_at": "2026-06-03T16:40:00+02:00",
}
PAUSED_AT = "2026-06-05T09:30:00+02:00"
CUSTOMER_ANSWER: Document = {
    "body": "Sie können jetzt neu starten.",
    "author_kind": "contact",
    "occurred_at": "2026-06-08T10:00:00+02:00",
}
RESOLVED_AT = "2026-06-08T14:20:00+02:00"
WORK: tuple[Document, ...] = (
    {"note": "Erste Analyse", "started_at": "2026-06-03T16:40:00+02:00", "minutes": 20},
    {"note": "Index neu aufgebaut", "started_at": "2026-06-05T08:15:00+02:00", "minutes": 75},
    {"note": "Neustart und Kontrolle", "started_at": "2026-06-08T14:15:00+02:00", "minutes": 5},
)

PROJECT: Document = {"name": "Interne Dokumentation", "internal": True}
TASK: Document = {"title": "Betriebshandbuch ergänzen"}
INTERNAL_WORK: Document = {
    "note": "Lösung von T-1001 beschrieben",
    "work_date": "2026-06-09",
    "minutes": 30,
    "billable": "non_billable",
}

BILLED_UP_TO = "2026-07-01"
ISSUED_ON = "2026-07-01"
REVENUE_MONTH = "2026-07"
