#!/usr/bin/env python3
"""Writes the three sample payslips beside this script: PDF 1.7, one page, plain text operators, the same bytes at
every run. Company and people are invented. Run it only to change the samples; the PDFs are part of the repository."""
import hashlib
import pathlib

COMPANY = "Carpat Textile SRL, Sibiu (sample company)"
PERIOD = "October 2026"
# file name, employee, position, gross pay in RON; contributions and tax follow from it as in the Fiscal Code
EMPLOYEES = [
    ("payslip-2026-10-ionescu.pdf", "Ioana Ionescu", "Pattern maker", 7_800),
    ("payslip-2026-10-popa.pdf", "Mihai Popa", "Machine operator", 6_150),
    ("payslip-2026-10-radu.pdf", "Elena Radu", "Production planner", 9_420),
]


def payslip_lines(gross: int) -> list[tuple[str, str]]:
    pension = round(gross * 0.25)
    health = round(gross * 0.10)
    tax = round((gross - pension - health) * 0.10)
    amounts = [("Gross pay", gross), ("Pension contribution (CAS 25 %)", -pension),
               ("Health contribution (CASS 10 %)", -health), ("Income tax (10 %)", -tax),
               ("Net pay", gross - pension - health - tax)]
    return [(label, f"{amount:,} RON") for label, amount in amounts]


def text(x: int, y: int, font: str, size: int, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"BT /{font} {size} Tf {x} {y} Td ({escaped}) Tj ET\n"


def page_content(name: str, position: str, gross: int) -> bytes:
    parts = [text(72, 770, "Bold", 18, f"Payslip {PERIOD}"), text(72, 744, "Text", 11, COMPANY),
             text(72, 706, "Text", 11, f"Employee: {name}"), text(72, 690, "Text", 11, f"Position: {position}"),
             "0.6 w 72 672 m 523 672 l S\n"]
    lines = payslip_lines(gross)
    for index, (label, amount) in enumerate(lines):
        font = "Bold" if index == len(lines) - 1 else "Text"
        y = 648 - 20 * index
        parts += [text(72, y, font, 11, label), text(420, y, font, 11, amount)]
    parts.append(text(72, 520, "Text", 9, "Sample document of the signing appliance's demo; all names are invented."))
    return "".join(parts).encode("ascii")


def pdf(name: str, position: str, gross: int) -> bytes:
    content = page_content(name, position, gross)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /Text 5 0 R /Bold 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%sendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
        b"<< /Title (Payslip %s, %s) /CreationDate (D:20261031120000Z) >>" % (PERIOD.encode(), name.encode()),
    ]
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    identity = hashlib.sha256(bytes(out)).hexdigest()[:32].encode()
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 7 0 R /ID [<%s> <%s>] >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, identity, identity, start)
    return bytes(out)


for file_name, employee, position, gross in EMPLOYEES:
    pathlib.Path(__file__).with_name(file_name).write_bytes(pdf(employee, position, gross))
