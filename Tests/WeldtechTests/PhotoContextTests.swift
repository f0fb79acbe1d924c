import Photos
import Records
import TestSupport
import Testing

@testable import weldtech

/// Checks at the limits which data of a camera contradict other facts.
@Suite struct PhotoContextTests {
  private static let now = FixedClock().time

  private static func at(_ seconds: Int64) -> Timestamp {
    Timestamp(secondsSince1970: now.secondsSince1970 + seconds, offsetSeconds: 28_800)
  }

  private func found(
    taken: Int64? = nil, gps: Int64? = nil, place: (Double, Double)? = nil, written: Timestamp? = at(0),
    opened: Int64? = nil, others: [CameraFacts.Place] = []
  ) -> [PhotoContradiction] {
    let context = PhotoContext(now: Self.now, written: written, openedAt: opened.map(Self.at), others: others)
    return context.contradictions(
      of: PhotoExif(
        takenAt: taken.map(Self.at), gpsAt: gps.map(Self.at), latitude: place?.0, longitude: place?.1,
        camera: nil))
  }

  @Test func `a camera may be ten minutes ahead of the laptop and of its file`() {
    #expect(found(taken: 600).isEmpty)
    #expect(found(taken: 601) == [.afterClock, .afterFile])
    #expect(found(taken: -3_000, written: Self.at(-3_600)).isEmpty)
    #expect(found(taken: -2_999, written: Self.at(-3_600)) == [.afterFile])
    // A copied file is newer than its photo, which is no contradiction. A file's date in 1980 is not a real
    // one.
    #expect(found(taken: -86_400).isEmpty)
    #expect(found(taken: -60, written: Timestamp(secondsSince1970: 315_532_800, offsetSeconds: 28_800)).isEmpty)
    #expect(found(taken: -60, written: nil).isEmpty)
  }

  @Test func `a photo of more than 30 days ago and one from before the plan are pointed out`() {
    #expect(found(taken: -30 * 86_400).isEmpty)
    #expect(found(taken: -30 * 86_400 - 1) == [.longBeforeClock])
    let plan = Timestamp("2024-07-24T00:00:00+08:00")!.secondsSince1970 - Self.now.secondsSince1970
    #expect(found(taken: plan) == [.longBeforeClock])
    #expect(found(taken: plan - 1) == [.beforePlan])
  }

  @Test func `a photo of the finished work is not from before its record, by its camera or else by its file`() {
    #expect(found(taken: -4_200, opened: -3_600).isEmpty)
    #expect(found(taken: -4_201, opened: -3_600) == [.beforeRecord])
    #expect(found(written: Self.at(-4_200), opened: -3_600).isEmpty)
    #expect(found(written: Self.at(-4_201), opened: -3_600) == [.beforeRecord])
    #expect(found(taken: -86_400).isEmpty, "a photo from before the work may be older")
  }

  @Test func `a camera may be half an hour from the satellites`() {
    for side: Int64 in [-1, 1] {
      #expect(found(taken: -7_200, gps: -7_200 + side * 1_800).isEmpty)
      #expect(found(taken: -7_200, gps: -7_200 + side * 1_801) == [.satelliteTime])
    }
    #expect(found(gps: 90_000).isEmpty)
  }

  @Test func `a place outside the Banner or far from the other photos is pointed out`() {
    let place = CameraFacts.Place(latitude: 40.41, longitude: 110.03)
    #expect(found(place: (40.41, 110.03), others: [place]).isEmpty)
    // Baotou lies across the river, Beijing far away, and a hundredth of a degree of latitude has 1.1 km.
    #expect(found(place: (40.66, 109.85)) == [.outsideBanner])
    #expect(found(place: (39.9, 116.38), others: [place]) == [.outsideBanner, .farFromOthers])
    #expect(found(place: (40.425, 110.03), others: [place]).isEmpty)
    #expect(found(place: (40.435, 110.03), others: [place]) == [.farFromOthers])
  }

  @Test func `a moment of a photo lies between the plan and now`() {
    let context = PhotoContext(now: Self.now, written: nil, others: [])
    #expect(context.isPlausible(Self.now) && !context.isPlausible(Self.at(1)))
    #expect(context.isPlausible(Timestamp("2024-07-24T00:00:00+08:00")!))
    #expect(!context.isPlausible(Timestamp("2024-07-23T23:59:59+08:00")!))
  }
}
