"""A base map as a city would bring it: a real PMTiles file (version 3) with one real vector tile, written by hand."""

import gzip
import json
import math

EXTENT = 4096
ABOUT = {
    "vector_layers": [{"id": "water", "fields": {}}, {"id": "roads", "fields": {"name": "String"}}],
    "attribution": '<a href="/">Người đóng góp bản đồ mở</a><script>alert(1)</script>',
}


def varint(number):
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def part(field, body):
    return varint(field << 3 | 2) + varint(len(body)) + body


def whole(field, number):
    return varint(field << 3) + varint(number)


def zigzag(number):
    return number << 1 ^ number >> 31


def command(name, count):
    return {"move": 1, "line": 2, "close": 7}[name] | count << 3


def drawn(points, *, closed):
    """Return the commands that draw points (Mapbox vector tile specification 2.1, section 4.3)."""
    x = y = 0
    found = []
    for place, point in enumerate(points):
        if place < 2:
            found.append(command("line", len(points) - 1) if place else command("move", 1))
        found += [zigzag(point[0] - x), zigzag(point[1] - y)]
        x, y = point
    return b"".join(varint(each) for each in [*found, *([command("close", 1)] if closed else [])])


def layer(name, points, *, closed, named=""):
    tags = part(2, varint(0) + varint(0)) if named else b""
    feature = tags + whole(3, 3 if closed else 2) + part(4, drawn(points, closed=closed))
    words = part(3, b"name") + part(4, part(1, named.encode())) if named else b""
    return part(3, whole(15, 2) + part(1, name.encode()) + part(2, feature) + words + whole(5, EXTENT))


def tile_at(lon, lat, zoom):
    """Return x and y of the tile that holds a point."""
    across = 2**zoom
    x = int((lon + 180) / 360 * across)
    return x, int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * across)


def number_of(zoom, x, y):
    """Return a tile's number on the Hilbert curve (PMTiles specification, version 3, section 4)."""
    found = sum(4**level for level in range(zoom))
    side = 2 ** (zoom - 1)
    while side:
        right, down = int(x & side > 0), int(y & side > 0)
        found += side * side * (3 * right ^ down)
        if not down:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side //= 2
    return found


def base_map(lon, lat, zoom=9):
    """Return a PMTiles file: one tile around a point, under water from edge to edge, with a road through it."""
    tile = layer("water", [(0, 0), (EXTENT, 0), (EXTENT, EXTENT), (0, EXTENT)], closed=True)
    tile += layer("roads", [(0, 2000), (EXTENT, 2100)], closed=False, named="Hùng Vương")
    tile, about = gzip.compress(tile), gzip.compress(json.dumps(ABOUT).encode())
    number = number_of(zoom, *tile_at(lon, lat, zoom))
    entries = gzip.compress(varint(1) + varint(number) + varint(1) + varint(len(tile)) + varint(1))
    at = [127, 127 + len(entries), 127 + len(entries) + len(about)]
    numbers = [at[0], len(entries), at[1], len(about), at[2], 0, at[2], len(tile), 1, 1, 1]
    corners = [round(each * 1e7) for each in (lon - 1, lat - 1, lon + 1, lat + 1)]
    header = b"PMTiles" + bytes([3]) + b"".join(each.to_bytes(8, "little") for each in numbers)
    header += bytes([1, 2, 2, 1, zoom, zoom]) + b"".join(each.to_bytes(4, "little", signed=True) for each in corners)
    header += bytes([zoom]) + round(lon * 1e7).to_bytes(4, "little") + round(lat * 1e7).to_bytes(4, "little")
    return header.ljust(127, b"\0") + entries + about + tile
