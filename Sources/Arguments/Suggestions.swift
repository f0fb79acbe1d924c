/// Finds the words that a mistyped word may have meant.
enum Suggestions {
  /// Finds at most three `candidates` nearest to `word`, nearest first. A candidate is near within an edit
  /// distance of a third of the word's letters (at least 1), or where it begins with a `word` of two letters or
  /// more.
  static func nearest(to word: String, among candidates: [String]) -> [String] {
    let typed = Array(word.prefix(64).unicodeScalars)
    let letters = typed.drop { $0 == "-" }.count
    let limit = max(1, letters / 3)
    let near: [(candidate: String, distance: Int)] = candidates.compactMap { candidate in
      let distance = distance(typed, Array(candidate.unicodeScalars))
      let isBeginning = letters >= 2 && candidate.hasPrefix(word)
      return distance <= limit || isBeginning ? (candidate, distance) : nil
    }
    return near.sorted { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }
      .prefix(3).map(\.candidate)
  }

  /// Computes the Damerau–Levenshtein distance in its restricted form: insertions, deletions, substitutions and swaps
  /// of neighbours, no part edited twice.
  static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var current = [i + 1]
      current.reserveCapacity(b.count + 1)
      for j in b.indices {
        let cost = a[i] == b[j] ? 0 : 1
        var best = min(last[j + 1] + 1, current[j] + 1, last[j] + cost)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
        current.append(best)
      }
      beforeLast = last
      last = current
    }
    return last[b.count]
  }
}
