"""What a company would write: the same label by segno and Pillow (1-bit PNG, a file each) or segno and ReportLab (PDF,
imposed on A4 with crop marks), and of SVG the bare symbol by segno, a file each. Prints the seconds spent on the labels, imports and fonts not counted."""
import csv, io, sys, time

import segno

FIXED = [("电焊机专属码", 33, 3.6, 11, True), ("扫码开机 持证上岗", 33, 30, 8, True), ("保持清洁 损坏褪色请报修", 33, 34.3, 5.5, False)]
REGULAR = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
BOLD = "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"
kind, table, first, count, output = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
with open(table, newline="") as file:
    rows = list(csv.DictReader(file))[first:first + count]


def symbol(code):
    return segno.make("https://weld.example.cn/w/" + code, error="q", micro=False)


def lines(row):
    name = row["unitName"]
    return [(row["code"], 5, 33.5, 9, True), (name[:9], 33, 11, 7.5, False), (name[9:], 33, 14.5, 7.5, False),
            (row["street"], 33, 22.5, 7.5, False)]


def png():
    from PIL import Image, ImageDraw, ImageFont
    dot = 600 / 25.4
    fonts = {}

    def font(points, bold):
        if (points, bold) not in fonts:
            fonts[points, bold] = ImageFont.truetype(BOLD if bold else REGULAR, round(points / 72 * 600), index=2)
        return fonts[points, bold]

    ground = Image.new("1", (round(60 * dot), round(40 * dot)), 1)
    draw = ImageDraw.Draw(ground)
    for text, x, y, points, bold in FIXED:
        draw.text((x * dot, y * dot), text, font=font(points, bold), fill=0)
    for y in (9.6, 28.4):
        draw.rectangle((33 * dot, y * dot, 57.5 * dot, (y + 0.3) * dot), fill=0)
    start = time.perf_counter()
    for row in rows:
        image = ground.copy()
        code = symbol(row["code"])
        square = io.BytesIO()
        code.save(square, kind="png", scale=int(29.6 * dot) // code.symbol_size()[0], border=4)
        image.paste(Image.open(square), (round(2.4 * dot), round(2.4 * dot)))
        draw = ImageDraw.Draw(image)
        for text, x, y, points, bold in lines(row):
            draw.text((x * dot, y * dot), text, font=font(points, bold), fill=0)
        image.save(f"{output}/{row['code']}.png", dpi=(600, 600), compress_level=1)
    return time.perf_counter() - start


def pdf():
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen import canvas
    # ReportLab embeds TrueType outlines only.
    try:
        pdfmetrics.registerFont(TTFont("Chinese", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", subfontIndex=0))
    except Exception:
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    name = "Chinese" if "Chinese" in pdfmetrics.getRegisteredFontNames() else "STSong-Light"
    start = time.perf_counter()
    page = canvas.Canvas(f"{output}/{first}.pdf", pagesize=(210 * mm, 297 * mm), pageCompression=1)
    columns, down = 3, 6
    for number, row in enumerate(rows):
        position = number % (columns * down)
        if position == 0:
            if number:
                page.showPage()
            for column in range(columns):
                for x in (11 + column * 64, 71 + column * 64):
                    page.line(x * mm, 5 * mm, x * mm, 10 * mm)
                    page.line(x * mm, 287 * mm, x * mm, 292 * mm)
        left, top = 11 + position % columns * 64, 18 + position // columns * 44
        code = symbol(row["code"])
        modules = code.symbol_size()[0]
        unit = int(29.6 / 25.4 * 600) // modules / 600 * 72
        path = page.beginPath()
        for y, line in enumerate(code.matrix_iter(border=4)):
            x = 0
            while x < modules:
                if line[x]:
                    end = x
                    while end < modules and line[end]:
                        end += 1
                    path.rect((left + 2.4) * mm + x * unit, (297 - top - 2.4) * mm - (y + 1) * unit, (end - x) * unit, unit)
                    x = end
                x += 1
        page.drawPath(path, stroke=0, fill=1)
        for text, x, y, points, _ in FIXED + lines(row):
            page.setFont(name, points)
            page.drawString((left + x) * mm, (297 - top - y) * mm - points, text)
        for y in (9.6, 28.4):
            page.rect((left + 33) * mm, (297 - top - y - 0.3) * mm, 24.5 * mm, 0.3 * mm, stroke=0, fill=1)
    page.save()
    return time.perf_counter() - start


def svg():
    start = time.perf_counter()
    for row in rows:
        symbol(row["code"]).save(f"{output}/{row['code']}.svg", kind="svg", border=4)
    return time.perf_counter() - start


print({"png": png, "pdf": pdf, "svg": svg}[kind]())
