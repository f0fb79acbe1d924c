extension LabelList {
  /// Names of columns in companies' tables. A field's own name is always one of them.
  enum ColumnNames {
    /// Field names by the columns' names in the form that `plain` gives: half-width, lower case, letters and
    /// digits only.
    static let field: [String: String] = names.reduce(into: [:]) { result, entry in
      for name in entry.value { result[name] = entry.key }
    }

    /// The names from `responsibleName` on are headings of the plan's 附件1, so that a survey with a column of
    /// codes is a list of labels.
    private static let names: [String: [String]] = [
      "code": [
        "code", "labelcode", "serial", "编码", "标牌编码", "标牌码", "标牌号", "专属码", "电焊机专属码", "电焊机编码", "二维码",
        "二维码编码", "二维码编号", "赋码", "赋码编号", "码号",
      ],
      "tag": ["tag", "防伪码", "防伪标记", "校验标记"],
      "unitName": [
        "unit", "unitname", "company", "name", "单位", "单位名称", "单位全称", "名称", "企业", "企业名称", "企业店铺", "企业店铺名称",
        "店铺", "店铺名称", "商户", "商户名称", "商铺名称", "公司名称", "使用单位", "使用单位名称", "店名",
      ],
      "street": [
        "street", "town", "townstreet", "township", "街道", "苏木镇", "苏木镇街道", "街道苏木镇", "镇街", "镇街道", "乡镇", "所在镇街",
        "所属镇街", "所属苏木镇", "所在苏木镇", "所属街道", "所在街道", "所属街道苏木镇", "所在街道苏木镇", "所属苏木镇街道", "所属镇", "所属乡镇",
        "所属乡镇街道",
      ],
      "companyPhone": [
        "companyphone", "servicephone", "公司电话", "报修电话", "服务电话", "维修电话", "售后电话", "安装单位电话", "服务机构电话",
        "安装服务机构电话",
      ],
      "responsibleName": ["责任人", "责任人姓名", "负责人", "负责人姓名"],
      "responsiblePhone": ["责任人电话", "责任人联系电话", "负责人电话", "负责人联系电话"],
      "supply": ["焊机用电类型", "用电类型"],
      "supplyMaxAmps": ["最大电流安数a", "最大电流安数"],
      "maxCurrentAmps": ["焊机最大电流"],
      "weldingProcess": ["焊机类型", "电焊机类型"],
      "purpose": ["作业用途"],
      "sourceType": ["电源类型"],
      "maxPowerKilowatts": ["焊机最大功率"],
      "industry": ["应用行业"],
      "industryNote": ["备注"],
      "community": ["所属社区", "社区", "所属社区嘎查村", "嘎查村"],
      "filledBy": ["填表人", "填报人"],
      "filledByPhone": ["填表人电话", "填报人电话"],
    ]
  }
}
