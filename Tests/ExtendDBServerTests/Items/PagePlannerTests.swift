import TestSupport
import Testing

@testable import ExtendDBServer

/// How far a page goes.
@Suite struct PagePlannerTests {
    @Test func `a page ends at its limit`() {
        var planner = PagePlanner(limit: 2)
        #expect(planner.nextChunk.rows == 2)
        #expect(planner.take(stored: 10) == .take)
        #expect(planner.nextChunk.rows == 1)
        #expect(planner.take(stored: 10) == .takeLast)
        #expect(planner.count == 2)
    }

    @Test func `a page ends with the item that fills it, however large`() {
        var planner = PagePlanner(limit: nil, pageBytes: 100)
        #expect(planner.take(stored: 60) == .take)
        #expect(planner.needsSizes(stored: 500))
        #expect(planner.consider(size: 400, sizeOfTaken: 60) == .takeLast)
        #expect(planner.count == 2)
    }

    @Test func `a page may be exactly full`() {
        var planner = PagePlanner(limit: nil, pageBytes: 100)
        #expect(planner.take(stored: 60) == .take)
        #expect(planner.needsSizes(stored: 40))
        #expect(planner.consider(size: 39, sizeOfTaken: 60) == .take)
        #expect(planner.consider(size: 1, sizeOfTaken: 99) == .takeLast)
    }

    @Test func `sizes are asked for only near the end`() {
        var planner = PagePlanner(limit: nil, pageBytes: 100)
        #expect(planner.needsSizes(stored: 100))
        #expect(!planner.needsSizes(stored: 99))
        _ = planner.take(stored: 99)
        #expect(planner.needsSizes(stored: 1))
        // The logical size may be far below the stored one; then the page goes on, by exact sizes.
        #expect(planner.consider(size: 1, sizeOfTaken: 20) == .take)
        #expect(planner.needsSizes(stored: 1))
    }

    @Test func `the first chunk is small and unbounded, the next follow the sizes seen`() {
        var planner = PagePlanner(limit: nil)
        #expect(planner.nextChunk == .init(rows: PagePlanner.firstChunkRows, storedBytes: nil))
        for _ in 0..<32 { _ = planner.take(stored: 1024) }
        let chunk = planner.nextChunk
        #expect((992...1100).contains(chunk.rows))
        #expect(chunk.storedBytes == 2 * (1_048_576 - 32 * 1024) + 65_536)
    }

    /// Whatever the sizes: the page that the planner makes is the shortest prefix that reaches its size, and the chunks
    /// that it asks for are bounded.
    @Test func `property: pages are the shortest prefixes that are full`() {
        var random = SeededGenerator(label: "pages")
        for _ in 0..<500 {
            let pageBytes = Int.random(in: 1...2_000, using: &random)
            let limit = Bool.random(using: &random) ? Int.random(in: 1...40, using: &random) : nil
            let sizes = (0..<60).map { _ in Int.random(in: 1...200, using: &random) }
            var planner = PagePlanner(limit: limit, pageBytes: pageBytes)
            var taken = 0
            var full = false
            for size in sizes {
                let chunk = planner.nextChunk
                #expect(chunk.rows >= 1 && chunk.rows <= PagePlanner.maximumChunkRows)
                #expect(chunk.rows <= (limit ?? .max) - planner.count)
                #expect(chunk.rows <= PagePlanner.firstChunkRows || chunk.storedBytes != nil)
                let stored = size + Int.random(in: 0...50, using: &random)
                let verdict =
                    planner.needsSizes(stored: stored)
                    ? planner.consider(size: size, sizeOfTaken: sizes[..<taken].reduce(0, +))
                    : planner.take(stored: stored)
                taken += 1
                if verdict != .take {
                    full = true
                    break
                }
            }
            var expected = 0
            var sum = 0
            for size in sizes {
                if expected == limit || sum >= pageBytes { break }
                expected += 1
                sum += size
            }
            #expect(taken == expected)
            #expect(full == (expected == limit || sum >= pageBytes))
        }
    }
}
