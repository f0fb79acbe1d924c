internal import Files
internal import FoundationEssentials

/// What another program is handed that is larger than a pipe takes: a file without a name.
public enum UnnamedFile {
  /// - Returns: a descriptor at the file's start, which another program gets only as a copy. Its owner closes it.
  /// - Throws: `emulator`.
  public static func holding(_ bytes: [UInt8]) throws(ModuleBenchError) -> Int32 {
    do throws(FileError) {
      return try OpenFile.unnamed(holding: bytes, in: "/tmp").release()
    } catch { throw .emulator(errno: error.errno) }
  }
}
