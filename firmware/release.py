"""Makes a release: fills in the application's digest and writes image, manifest, and the file for an update by upload.

usage: release.py BOOT.bin APPLICATION.bin VARIABLES DEEPEST_STACK DIRECTORY
"""
import hashlib
import json
import pathlib
import struct
import sys

BOOT_BLOCK, APPLICATION = 0x0800_0000, 0x0801_0000
HEADER, DIGEST = 0x200, 0x230
# The maximum sizes in bytes: of boot block and application together, and of variables and stack together.
FLASH_LIMIT, MEMORY_LIMIT = 44 * 1024, 16 * 1024
# The sectors of RM0090, table 5: address, size in KiB, use.
SECTORS = [
    (0x0800_0000, 16, "boot"), (0x0800_4000, 16, "record"), (0x0800_8000, 16, "record"),
    (0x0800_C000, 16, "free"), (0x0801_0000, 64, "application"),
    (0x0802_0000, 128, "upload"), (0x0804_0000, 128, "backup"),
] + [(0x0806_0000 + 0x2_0000 * index, 128, "free") for index in range(5)]


def padded(data: bytes) -> bytes:
    return data + b"\xff" * (-len(data) % 4)


def container(application: bytes, version: str) -> bytes:
    """MCUboot's image format (https://docs.mcuboot.com/design.html#image-format), as UpdateContainer.swift has it."""
    major, minor, patch = map(int, version.split("."))
    if max(major, minor) > 255:
        sys.exit("release.py: MCUboot's header has one byte each for the version's first two numbers")
    header = struct.pack(
        "<IIHHIIBBHI4x", 0x96F3B83D, APPLICATION, 32, 0, len(application), 0, major, minor, patch, 0)
    digest = hashlib.sha256(header + application).digest()
    return header + application + struct.pack("<HHHH", 0x6907, 40, 0x10, len(digest)) + digest


def main(boot_path: str, application_path: str, variables: str, deepest_stack: str, directory: str) -> None:
    boot = padded(pathlib.Path(boot_path).read_bytes())
    application = bytearray(pathlib.Path(application_path).read_bytes())
    magic, header_version, header_length, length, address = struct.unpack_from("<4sHHII", application, HEADER)
    if (magic, header_version, header_length, address) != (b"WTFW", 1, 80, APPLICATION):
        sys.exit("release.py: the application has no header")
    if length != len(application) or length % 4:
        sys.exit(f"release.py: the header says {length} bytes, the application has {len(application)}")
    version = ".".join(map(str, struct.unpack_from("<3H", application, HEADER + 16)))
    product, chip = struct.unpack_from("<H16s", application, HEADER + 22)
    lowest = ".".join(map(str, struct.unpack_from("<3H", application, HEADER + 40)))
    application[DIGEST:DIGEST + 32] = bytes(32)
    application[DIGEST:DIGEST + 32] = hashlib.sha256(application).digest()

    chip = chip.rstrip(b"\0").decode()
    name = f"{chip.lower()}-{version}"
    image = boot + bytes(application)
    memory = {"variables": int(variables), "deepestStack": int(deepest_stack)}
    if len(image) > FLASH_LIMIT or sum(memory.values()) > MEMORY_LIMIT:
        sys.exit(f"release.py: {len(image)} bytes of flash or {memory} of memory are more than allowed")
    update = container(bytes(application), version)
    manifest = {
        "name": name,
        "version": version,
        "chip": chip,
        "productId": product,
        "file": f"{name}.bin",
        "segments": [
            {"address": BOOT_BLOCK, "offset": 0, "length": len(boot)},
            {"address": APPLICATION, "offset": len(boot), "length": length},
        ],
        "bytes": len(image),
        "sha256": hashlib.sha256(image).hexdigest(),
        "memory": memory,
        "appSha256": application[DIGEST:DIGEST + 32].hex(),
        "update": {
            "file": f"{name}.update", "bytes": len(update), "sha256": hashlib.sha256(update).hexdigest(),
        },
        "lowestReplaceableVersion": lowest,
        "flashSectors": [
            {"address": start, "bytes": kibibytes * 1024, "use": use} for start, kibibytes, use in SECTORS
        ],
    }
    folder = pathlib.Path(directory)
    (folder / f"{name}.update").write_bytes(update)
    (folder / f"{name}.bin").write_bytes(image)
    (folder / f"{name}.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{name}: boot block {len(boot)} bytes, application {length} bytes")


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
