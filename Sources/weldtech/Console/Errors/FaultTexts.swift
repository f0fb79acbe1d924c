import Drawing
import Fieldbook
import Provision
import Terminal

// These words for faults stand in brackets after a message. Without them a technician would read the names of
// the code.

extension ReplyFault {
  /// What is wrong with the reply.
  var title: Text {
    switch self {
    case .garbled: Text(zh: "数据残缺或校验不对", en: "its bytes are damaged or incomplete")
    case .otherSequence: Text(zh: "是对先前请求的应答", en: "it answers an earlier request")
    case .otherCommand: Text(zh: "是对别的命令的应答", en: "it answers another command")
    case .notAMap: Text(zh: "内容不完整", en: "its contents are incomplete")
    case .field(let name): Text(zh: "字段 \(name) 缺失或有误", en: "field \(name) is missing or wrong")
    }
  }
}

extension DocumentFault.FieldFault {
  /// What is wrong with the field.
  var title: Text {
    switch self {
    case .missing: Text(zh: "缺失", en: "missing")
    case .wrongType: Text(zh: "类型不对", en: "of another type")
    case .unknown: Text(zh: "没有这个字段", en: "there is no such field")
    case .empty: Text(zh: "为空", en: "empty")
    case .notAChoice: Text(zh: "不在可选值之内", en: "none of the allowed values")
    case .outOfRange: Text(zh: "超出范围", en: "out of range")
    case .duplicate: Text(zh: "名称重复", en: "a name that is used twice")
    case .otherFileName: Text(zh: "与文件名不一致", en: "not the file's name")
    case .noSuchName: Text(zh: "没有这个名称", en: "there is nothing of this name")
    case .noSuchStep(let plan):
      Text(zh: "测试方案 \(plan) 里没有这个名称的步骤", en: "there is nothing of this name in the test plan \(plan)")
    case .nameOfOtherKind:
      Text(zh: "这是另一种 kind 的名称", en: "this is the name of another kind")
    case .unconnected: Text(zh: "有端子没有接线", en: "a terminal without a wire")
    case .otherRating: Text(zh: "与 ratings 里的额定值不一致", en: "not the value in ratings")
    case .aboveRating: Text(zh: "电流超过继电器或断路器的额定值", en: "more current than its relay or breaker carries")
    }
  }
}

extension LogFault {
  /// What is wrong with the entry.
  var title: Text {
    switch self {
    case .gap: Text(zh: "序号不连续", en: "a number is missing")
    case .previousDiffers: Text(zh: "与前一条接不上", en: "it does not follow the entry before it")
    case .digestDiffers: Text(zh: "内容与摘要不符", en: "its digest is not that of its contents")
    }
  }
}

extension ImageFault.UpdateFault {
  /// What is wrong with the update's file.
  var title: Text {
    switch self {
    case .header: Text(zh: "文件头写的版本、长度或位置不同", en: "its header states another version, length or place")
    case .application: Text(zh: "里面的程序不同", en: "the application in it is another")
    case .digest: Text(zh: "摘要缺失或有误", en: "its digest is missing or wrong")
    }
  }
}

extension ImageFault.SegmentFault {
  /// What is wrong with the segment.
  var title: Text {
    switch self {
    case .outsideImage: Text(zh: "超出文件，或为空", en: "beyond the file, or empty")
    case .outsideFlash: Text(zh: "超出芯片的闪存", en: "outside the chip's flash")
    case .overlapsPairing: Text(zh: "会覆盖配对信息", en: "it would overwrite the pairing record")
    case .overlapsSegment(let other):
      Text(zh: "与第 \(other + 1) 段重叠", en: "it overlaps segment \(other + 1)")
    case .unaligned: Text(zh: "地址或长度不是 4 的倍数", en: "its address or length is not a multiple of four")
    }
  }
}

extension ImageFault.ProgramFault {
  /// Why the program cannot be started.
  var title: Text {
    switch self {
    case .stackPointer(let address):
      Text(
        zh: "栈指针 \(Self.hex(address)) 不在内存里", en: "its stack pointer, \(Self.hex(address)), is not in RAM")
    case .resetVector(let address):
      Text(
        zh: "复位向量 \(Self.hex(address)) 不在闪存里",
        en: "its reset vector, \(Self.hex(address)), is not in the flash")
    case .applicationDigest: Text(zh: "程序摘要不符", en: "its digest is another")
    case .applicationHeader: Text(zh: "程序头缺失，或与说明文件不符", en: "its header is missing or is not the manifest's")
    case .espressif(let fault): fault.title
    }
  }

  private static func hex(_ address: UInt32) -> String { "0x" + String(address, radix: 16) }
}

extension DrawingError.PNGFault {
  /// Why the file is no whole PNG picture.
  var title: Text {
    switch self {
    case .notPNG: Text(zh: "不是 PNG", en: "another format")
    case .truncated: Text(zh: "不完整", en: "its end is missing")
    case .corrupt: Text(zh: "已损坏", en: "damaged")
    case .tooLarge: Text(zh: "太大", en: "too large")
    }
  }
}

extension DrawingError.SVGFault {
  /// Why the file is no whole drawing.
  var title: Text {
    switch self {
    case .noLibrary: Text(zh: "没有安装 librsvg2-2", en: "librsvg2-2 is not installed")
    case .notSVG: Text(zh: "不是 SVG", en: "another format")
    case .damaged: Text(zh: "已损坏", en: "damaged")
    case .tooLarge: Text(zh: "太大", en: "too large")
    case .noSize: Text(zh: "没有尺寸", en: "without a size")
    case .feature(let name): Text(zh: "用了“\(name)”", en: "it uses \(name)")
    }
  }
}
