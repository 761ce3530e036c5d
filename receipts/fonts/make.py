"""Cuts PT Sans down to the glyphs of a Russian receipt and renames the result.

Usage: python3 make.py FOLDER_WITH_PTS55F_AND_PTS75F
Needs fonttools 4.68 (pip install fonttools==4.68.0). See README.md.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Kvitok Sans"
BOX = 0x25A1  # drawn for what the font lacks

UNICODES = sorted(
    set(range(0x20, 0x7F))
    | set(range(0xA0, 0x100))
    | set(range(0x400, 0x500))
    | {0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E}
    | {0x2022, 0x2026, 0x2030, 0x2039, 0x203A, 0x20BD, 0x2116, 0x2122, 0x2212, 0x2260, 0x2264, 0x2265}
    | {0x394, 0x2211, 0x221A, 0x2248}
)
SIGMA = 0x3A3  # PT Sans has the sign of summation, formulas spell the letter
SUBSCRIPTS = range(0x2080, 0x208A)


def cut(source: Path, target: Path, style: str) -> None:
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["kern", "GPOS", "GSUB", "DSIG", "LTSH", "hdmx", "gasp", "GlyphOrder"]
    options.recalc_timestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=UNICODES)
    cutter.subset(font)
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[BOX] = ".notdef"
            table.cmap[0x202F] = table.cmap[0xA0]
            table.cmap[SIGMA] = table.cmap[0x2211]
    add_box(font)
    add_subscripts(font)
    refit(font)
    shrink(font)
    order(font)
    plain = FAMILY.replace(" ", "")
    names = {1: FAMILY, 2: style, 3: f"{FAMILY} {style} cut for receipts", 4: f"{FAMILY} {style}", 6: f"{plain}-{style}"}
    for record in list(font["name"].names):
        if record.nameID in names:
            font["name"].setName(names[record.nameID], record.nameID, record.platformID, record.platEncID, record.langID)
    font["name"].names = [r for r in font["name"].names if r.nameID != 7]
    font.save(target)
    print(target, target.stat().st_size, "bytes", len(font.getGlyphOrder()), "glyphs")


def add_box(font: TTFont) -> None:
    """Gives U+25A1 a glyph of its own: an empty square as high as a capital."""
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    for (x0, y0, x1, y1), outer in (((60, 0, 640, 700), True), ((120, 60, 580, 640), False)):
        corners = [(x0, y0), (x0, y1), (x1, y1), (x1, y0)]
        if not outer:
            corners.reverse()
        pen.moveTo(corners[0])
        for corner in corners[1:]:
            pen.lineTo(corner)
        pen.closePath()
    font.setGlyphOrder([*font.getGlyphOrder(), "box"])
    font["glyf"]["box"] = pen.glyph()
    font["hmtx"]["box"] = (700, 60)
    font["maxp"].numGlyphs = len(font.getGlyphOrder())
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[BOX] = "box"


def add_subscripts(font: TTFont) -> None:
    """Makes ₀ to ₉ of the digits: formulas number their readings and periods."""
    from fontTools.pens.transformPen import TransformPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    scale, down = 0.6, -150
    glyphs = font.getGlyphSet()
    for digit, code in enumerate(SUBSCRIPTS):
        name, base = f"sub{digit}", font.getBestCmap()[ord("0") + digit]
        pen = TTGlyphPen(None)
        glyphs[base].draw(TransformPen(pen, (scale, 0, 0, scale, 0, down)))
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        glyph = pen.glyph()
        glyph.recalcBounds(font["glyf"])
        font["glyf"][name] = glyph
        font["hmtx"][name] = (round(font["hmtx"][base][0] * scale), glyph.xMin)
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap[code] = name
    font["maxp"].numGlyphs = len(font.getGlyphOrder())


def refit(font: TTFont) -> None:
    """Draws the outlines with fewer points: every receipt carries them. No point moves by more than 0.45 % of
    the size, 0.05 points at the largest type of a receipt's table."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.qu2cuPen import Qu2CuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    to_cubic, to_quadratic = 1.5, 3  # units of 1/1000 of the size
    glyphs, table = font.getGlyphSet(), font["glyf"]
    fewer = {}
    for name in font.getGlyphOrder():
        glyph = table[name]
        if glyph.isComposite() or glyph.numberOfContours <= 0:
            continue
        pen = TTGlyphPen(None)
        glyphs[name].draw(Qu2CuPen(Cu2QuPen(pen, to_quadratic, all_quadratic=True), to_cubic, all_cubic=False))
        drawn = pen.glyph()
        drawn.recalcBounds(table)
        if len(drawn.coordinates) < len(glyph.coordinates):
            fewer[name] = drawn
    for name, glyph in fewer.items():
        table[name] = glyph
        font["hmtx"][name] = (font["hmtx"][name][0], glyph.xMin)
    own_metrics(font)


def own_metrics(font: TTFont) -> None:
    """Lets every composed glyph have its own width: a file that shows К and not K leaves out the width of K."""
    use_my_metrics = 0x200
    for name in font.getGlyphOrder():
        glyph = font["glyf"][name]
        if glyph.isComposite():
            for component in glyph.components:
                component.flags &= ~use_my_metrics
            glyph.recalcBounds(font["glyf"])
            font["hmtx"][name] = (font["hmtx"][name][0], glyph.xMin)


def shrink(font: TTFont) -> None:
    """Counts in 250 units to the size instead of 1000: numbers become short and repeat. No point moves by more than
    0.2 % of the size, widths are rounded likewise."""
    from fontTools.ttLib.scaleUpem import scale_upem

    scale_upem(font, 250)
    table = font["glyf"]
    for name in font.getGlyphOrder():
        glyph = table[name]
        if glyph.numberOfContours != 0:
            glyph.recalcBounds(table)
            font["hmtx"][name] = (font["hmtx"][name][0], glyph.xMin)


def order(font: TTFont) -> None:
    """Numbers the glyphs from the most to the least usual, in both fonts alike: the usual ones have one first byte and
    make short tables, one map of characters does for both. The numbers that a string of a PDF would have to escape
    go to unusual ones."""
    from fontTools.ttLib.reorderGlyphs import reorderGlyphs

    usual = " 0123456789,.-−—()/:;%«»„“№₽²³°+·…–§\u00a0\"!"
    usual += "".join(map(chr, [*range(0x430, 0x450), 0x451, *range(0x410, 0x430), 0x401])) + "□@_abcdefghijklmnopqrstuvwxyz"
    names, cmap = [".notdef"], font.getBestCmap()
    for name in [cmap[c] for c in [*map(ord, usual), *sorted(cmap)]]:
        if name not in names:
            names.append(name)
    escaped = (0x0A, 0x0D, 0x28, 0x29, 0x5C)
    names, rare = names[: -len(escaped)], names[-len(escaped) :]
    for place, name in zip(escaped, rare, strict=True):
        names.insert(place, name)
    names += [name for name in font.getGlyphOrder() if name not in names]  # parts of others
    reorderGlyphs(font, names)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    cut(folder / "PTS55F.ttf", Path("KvitokSans-Regular.ttf"), "Regular")
    cut(folder / "PTS75F.ttf", Path("KvitokSans-Bold.ttf"), "Bold")
