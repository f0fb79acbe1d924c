/// The invented unit, welder and technician of the practice.
enum SampleRegistration {
  static let json = """
    {
      "owner": {
        "unitName": "练习五金门窗加工店",
        "unitType": "individual",
        "responsibleName": "王大山",
        "responsiblePhone": "13800000001",
        "street": "树林召镇",
        "community": "练习社区",
        "industry": "doorsWindows",
        "operators": 3,
        "certifiedOperators": 2
      },
      "welder": {
        "brand": "练习牌",
        "model": "ZX7-315",
        "serialNumber": "PRACTICE-0001",
        "weldingProcess": "manualArc",
        "supply": "threePhase380",
        "sourceType": "inverter",
        "supplyMaxAmps": 20,
        "maxCurrentAmps": 315,
        "maxPowerKilowatts": 12,
        "purpose": "门窗框架焊接",
        "purchasedOn": "2023-05-16",
        "condition": "fit"
      },
      "remarks": "练习记录"
    }
    """
}
