import Photos
import Terminal

extension PhotoDeclined: Explained {
  var failure: Failure {
    Failure(
      code: "photo.declined",
      message: Text(zh: "照片 \(file) 没有附上", en: "photo \(file) was not attached"),
      hint: Text(zh: "换一张照片，再运行同一命令", en: "take another photo and run the same command with it"))
  }
}

extension PhotoRejected: Explained {
  var failure: Failure {
    switch error {
    case .unreadable(let path, let errno): FileFailure.unreadable(path: path, errno: errno).failure
    case .empty: rejected("photo.empty", Text(zh: "是空文件", en: "is empty"))
    case .tooLarge(let bytes, let largest):
      rejected(
        "photo.tooLarge",
        Text(zh: "有 \(bytes) 字节，超过 \(largest)", en: "has \(bytes) bytes, more than \(largest)"))
    case .notAPhoto(let kind):
      rejected(
        "photo.type",
        Text(zh: "不是 JPEG 或 PNG（是 \(kind.rawValue)）", en: "is neither JPEG nor PNG (it is \(kind.rawValue))"),
        hint: kind == .heic
          ? Text(
            zh: "在手机相机设置里选“兼容性最佳”，或转成 JPEG",
            en: "set the phone's camera to 'most compatible', or convert it to JPEG")
          : Text(zh: "选一张 JPEG 或 PNG 照片", en: "choose a JPEG or PNG photo"))
    case .truncated:
      rejected(
        "photo.truncated", Text(zh: "不完整，照片没有传完", en: "ends before the picture does"),
        hint: Text(zh: "从手机重新复制一次", en: "copy it from the phone again"))
    case .corrupt: rejected("photo.corrupt", Text(zh: "已损坏，打不开", en: "is damaged and cannot be decoded"))
    case .tooSmall(let width, let height, let least):
      rejected(
        "photo.tooSmall",
        Text(
          zh: "只有 \(width)×\(height) 像素，短边至少 \(least)",
          en: "has only \(width) × \(height) pixels; the shorter side needs \(least)"))
    case .tooManyPixels(let width, let height, let most):
      rejected(
        "photo.tooManyPixels",
        Text(zh: "有 \(width)×\(height) 像素，超过 \(most)", en: "has \(width) × \(height) pixels, more than \(most)")
      )
    case .tooMuchMemory(let width, let height, let fittingWidth, let fittingHeight):
      rejected(
        "photo.tooManyPixels",
        Text(
          zh: "是分多遍存的（渐进式 JPEG 或隔行 PNG），\(width)×\(height) 像素太大",
          en:
            "is a JPEG in several passes (progressive) or an interlaced PNG, and too large for that with \(width) × \(height) pixels"
        ),
        hint: Text(
          zh: "存为普通（基线）JPEG，或缩小到 \(fittingWidth)×\(fittingHeight) 像素",
          en: "save it as a plain (baseline) JPEG, or with \(fittingWidth) × \(fittingHeight) pixels"))
    }
  }

  private func rejected(
    _ code: String, _ what: Text, hint: Text = Text(zh: "重新拍一张", en: "take the photo again")
  ) -> Failure {
    Failure(
      code: code,
      message: Text(zh: "照片 \(file) \(what.zh)，没有附上", en: "photo \(file) \(what.en); nothing was attached"),
      hint: hint, exit: .badData)
  }
}
