import TestSupport
import Testing

@testable import Postgres

private struct Stop: Error {}

@Suite struct CopyTests {
    private func line(_ number: Int) -> [UInt8] { Array("\(number)\tname \(number)\n".utf8) }

    @Test func copiesManyRows() async throws {
        try await withTestConnection { connection in
            try await connection.query("CREATE TABLE t (id int PRIMARY KEY, name text)")
            let rows = try await connection.copyIn("COPY t FROM STDIN") { writer in
                for start in stride(from: 0, to: 100_000, by: 1000) {
                    try await writer.write((start..<(start + 1000)).flatMap(line))
                }
            }
            #expect(rows == 100_000)
            let check = try await connection.query("SELECT count(*), sum(id), max(name) FROM t")[0]
            #expect(try check[0].int == 100_000 && check[1].int == 4_999_950_000 && check[2].string == "name 99999")
            #expect(connection.status.value == .clean)
        }
    }

    @Test func othersWaitForTheCopy() async throws {
        try await withTestConnection { connection in
            try await connection.query("CREATE TABLE t (id int, name text)")
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                try await connection.copyIn("COPY t FROM STDIN") { writer in
                    for _ in 0..<5 {
                        group.addTask { try await connection.query("SELECT count(*) FROM t")[0][0].int }
                    }
                    for number in 0..<10 { try await writer.write(line(number)) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts.allSatisfy { $0 == 10 || $0 == 0 })
        }
    }

    @Test func anAbortedCopyLeavesNothing() async throws {
        try await withTestConnection { connection in
            try await connection.query("CREATE TABLE t (id int, name text)")
            await #expect(throws: Stop.self) {
                try await connection.copyIn("COPY t FROM STDIN") { writer in
                    try await writer.write(line(1))
                    throw Stop()
                }
            }
            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int == 0)
            #expect(connection.status.value == .clean)
        }
    }

    @Test func badInputIsRefusedWithItsLine() async throws {
        try await withTestConnection { connection in
            try await connection.query("CREATE TABLE t (id int, name text)")
            let error = await postgresError {
                try await connection.copyIn("COPY t FROM STDIN") { writer in
                    try await writer.write(line(1) + Array("two\tx\n".utf8))
                }
            }
            #expect(error?.sqlState == "22P02" && error?.context?.contains("line 2") == true)
            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int == 0)
        }
    }

    @Test func aRefusedCopyEndsBeforeItsInput() async throws {
        try await withTestConnection { connection in
            try await connection.query("CREATE TABLE t (id int, name text)")
            var written = 0
            let error = await postgresError {
                try await connection.copyIn("COPY t FROM STDIN") { writer in
                    let block = Array(repeating: Array("bad\tx\n".utf8), count: 20_000).flatMap { $0 }
                    for _ in 0..<2000 {
                        try await writer.write(block)
                        written += 1
                    }
                }
            }
            #expect(error?.sqlState == "22P02")
            #expect(written < 2000, "240 MB were sent for a copy refused at its first line")
            #expect(connection.status.value == .clean)
        }
    }

    @Test func onlyCopiesCopy() async throws {
        try await withTestConnection { (connection: PostgresConnection) async throws -> Void in
            for sql in ["SELECT 1", "COPY absent FROM STDIN"] {
                await postgresError {
                    try await connection.copyIn(sql) { _ in Issue.record("there is nothing to write to") }
                }
            }
            #expect(try await connection.query("SELECT 1")[0][0].int == 1)
        }
    }

    @Test func aWriterIsDeadAfterItsCopy() async throws {
        try await withTestConnection { connection in
            try await connection.query("CREATE TABLE t (id int, name text)")
            var kept: PostgresCopyWriter?
            try await connection.copyIn("COPY t FROM STDIN") { writer in kept = writer }
            let writer = try #require(kept)
            let error = await postgresError { try await writer.write(line(1)) }
            #expect(error?.code == .misuse)
        }
    }

    @Test func cancellationAborts() async throws {
        try await withTestConnection { connection in
            try await connection.query("CREATE TABLE t (id int, name text)")
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await postgresError {
                        try await connection.copyIn("COPY t FROM STDIN") { writer in
                            while true { try await writer.write(line(1)) }
                        }
                    }
                }
                group.cancelAll()
            }
            #expect(try await connection.query("SELECT count(*) FROM t")[0][0].int == 0)
        }
    }
}
