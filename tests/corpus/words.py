# SPDX-License-Identifier: ISC
"""Words, and the charsets that have letters for them."""

import base64

PLAIN = """account address afternoon answer april archive arrival autumn balance basket bicycle board bottle bridge
budget calendar candle carpet chapter cheese coffee copper corner cotton courier customer december delivery desk
dinner document draft engine evening factory february feather ferry figure garden glass harbour holiday invoice
island january journey kettle kitchen ladder letter library linen machine market meeting minute monday morning museum
network november number october office orange order paper parcel pencil photograph piano picture pocket quarter
question railway receipt report river sailing saturday schedule season signature silver station summer sunday table
thursday ticket timber tomorrow travel tuesday umbrella update valley village violin voyage wednesday weekend window
winter yesterday""".split()

# (name in mail, name in Python, words)
CHARSETS = (
    ("UTF-8", "utf-8", "Grüße Ελλάδα Москва 日本語 한국어 العربية עברית ไทย 😀"),
    ("utf-8", "utf-8", "naïve façade ½ … “quoted” — zero\u200bwidth"),
    ("US-ASCII", "ascii", "plain words, nothing else"),
    ("ISO-8859-1", "latin-1", "Grüße Übermorgen señor garçon ¿qué?"),
    ("ISO-8859-2", "iso8859-2", "Žluťoučký kůň příšerně"),
    ("ISO-8859-3", "iso8859-3", "ĉirkaŭ la ĝardeno"),
    ("ISO-8859-4", "iso8859-4", "ģimene ķirbis ņirgt"),
    ("ISO-8859-5", "iso8859-5", "Привет из Москвы"),
    ("ISO-8859-6", "iso8859-6", "مرحبا بالعالم"),
    ("ISO-8859-7", "iso8859-7", "Καλημέρα κόσμε"),
    ("ISO-8859-8", "iso8859-8", "שלום עולם"),
    ("ISO-8859-9", "iso8859-9", "İstanbul’da güneş".replace("’", "'")),
    ("ISO-8859-10", "iso8859-10", "Þingvellir ŋuolla"),
    ("ISO-8859-13", "iso8859-13", "Šiauliai ąžuolas"),
    ("ISO-8859-14", "iso8859-14", "tŷ ŵyn dŵr"),
    ("ISO-8859-15", "iso8859-15", "Œuvre à 5 €"),
    ("ISO-8859-16", "iso8859-16", "țară și ăsta"),
    ("windows-1250", "cp1250", "Příliš žluťoučký – kůň"),
    ("windows-1251", "cp1251", "Съешь ещё этих булок"),
    ("windows-1252", "cp1252", "It’s “quoted” – 5 €"),
    ("windows-1253", "cp1253", "Ξεσκεπάζω την ψυχοφθόρα"),
    ("windows-1254", "cp1254", "Pijamalı hasta yağız"),
    ("windows-1255", "cp1255", "דג סקרן שט בים"),
    ("windows-1256", "cp1256", "نص حكيم له سر"),
    ("windows-1257", "cp1257", "Glāžšķūņa rūķīši"),
    ("windows-1258", "cp1258", "Tiêng Viêt"),
    ("KOI8-R", "koi8-r", "В чащах юга жил бы цитрус"),
    ("KOI8-U", "koi8-u", "Ґанок і їжак"),
    ("macintosh", "mac-roman", "Ça va, œuf"),
    ("IBM850", "cp850", "Grüße aus Köln"),
    ("ISO-2022-JP", "iso2022-jp", "いろはにほへと ちりぬるを"),
    ("Shift_JIS", "shift-jis", "請求書を送ります"),
    ("EUC-JP", "euc-jp", "会議の議事録"),
    ("ISO-2022-KR", "iso2022-kr", "안녕하세요 여러분"),
    ("EUC-KR", "euc-kr", "청구서를 보냅니다"),
    ("GB2312", "gb2312", "会议纪要已附上"),
    ("GBK", "gbk", "發票與收據"),
    ("GB18030", "gb18030", "你好，世界 𠀀"),
    ("Big5", "big5", "會議記錄如附件"),
    ("HZ-GB-2312", "hz", "你好世界"),
    ("TIS-620", "tis-620", "สวัสดีชาวโลก"),
    ("UTF-7", "utf-7", "Grüße £5"),
)


def encoded_b(name, octets):
    return f"=?{name}?B?{base64.b64encode(octets).decode()}?="


def encoded_q(name, octets):
    text = "".join(chr(octet) if chr(octet).isalnum() and octet < 128 else "_" if octet == 32 else f"={octet:02X}"
                   for octet in octets)
    return f"=?{name}?Q?{text}?="


def encoded(chance, charset=None):
    """RFC 2047 words, 75 characters each at most, one space between them."""
    name, codec, text = charset or chance.choice(CHARSETS)
    encode = chance.choice((encoded_b, encoded_q))
    return " ".join(encode(name, word.encode(codec)) for word in text.split())
