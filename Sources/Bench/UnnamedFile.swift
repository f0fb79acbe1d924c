internal import Files
internal import FoundationEssentials

/// A file without a name that hands another program more bytes than a pipe holds.
public enum UnnamedFile {
  /// Makes a file that holds these bytes.
  /// - Returns: a descriptor at the file's start, which the caller closes. The other program gets a copy of the
  ///   descriptor.
  /// - Throws: `emulator`.
  public static func holding(_ bytes: [UInt8]) throws(ModuleBenchError) -> Int32 {
    do throws(FileError) {
      return try OpenFile.unnamed(holding: bytes, in: "/tmp").release()
    } catch { throw .emulator(errno: error.errno) }
  }
}
