/// Names of the chips whose ROM bootloader speaks AN3155, so that a chip that no module has is named in the
/// error and not flashed.
///
/// Source: AN2606, compared with stm32flash's table of devices. GD32F10x, GD32F30x and GD32F4xx answer with the
/// product id of the STM32 that they are compatible with. AT32F403A and related chips have ids of their own,
/// which are not in AN2606, so that they are named by their number.
enum STM32Names {
  static let byProductID: [UInt16: String] = [
    0x410: "STM32F10x medium density (GD32F103)",
    0x411: "STM32F2xx",
    0x412: "STM32F10x low density",
    0x413: "STM32F405/F407/F415/F417 (GD32F405/F407)",
    0x414: "STM32F10x high density (GD32F103xE)",
    0x415: "STM32L47x/L48x",
    0x416: "STM32L1xxx6/8/B",
    0x417: "STM32L05x/L06x",
    0x418: "STM32F105/F107 (GD32F105/F107)",
    0x419: "STM32F42x/F43x (GD32F450/F470)",
    0x420: "STM32F100 medium density",
    0x421: "STM32F446",
    0x422: "STM32F302xB/F303xB/F358",
    0x423: "STM32F401xB/C",
    0x428: "STM32F100 high density",
    0x430: "STM32F10x XL density",
    0x431: "STM32F411",
    0x432: "STM32F373/F378",
    0x433: "STM32F401xD/E",
    0x434: "STM32F469/F479",
    0x435: "STM32L43x/L44x",
    0x438: "STM32F303x4/F334/F328",
    0x439: "STM32F301/F302x4/F318",
    0x440: "STM32F05x/F030x8",
    0x441: "STM32F412",
    0x442: "STM32F09x/F030xC",
    0x444: "STM32F03x",
    0x445: "STM32F04x/F070x6",
    0x446: "STM32F302xD/F303xD/F398",
    0x448: "STM32F07x",
    0x449: "STM32F74x/F75x",
    0x452: "STM32F72x/F73x",
    0x458: "STM32F410",
    0x460: "STM32G07x/G08x",
    0x463: "STM32F413/F423",
    0x466: "STM32G03x/G04x",
    0x468: "STM32G43x/G44x",
  ]
}
