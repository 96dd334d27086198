import AWS
import DynamoModel
import ExtendDBServer
import HTTPClient
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The file by which a supervisor learns when the last request came.
@Suite struct ActivityFileTests {
    /// Seconds since 1970; nil: there is no such file.
    private static func modified(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            return status.st_mtimespec.tv_sec
        #else
            return status.st_mtim.tv_sec
        #endif
    }

    private static func age(_ path: String) {
        var times = [timespec(tv_sec: 1000, tv_nsec: 0), timespec(tv_sec: 1000, tv_nsec: 0)]
        utimensat(AT_FDCWD, path, &times, 0)
    }

    private static let path = "/tmp/envctl-activity-\(getpid())"

    @Test func `signed requests count, others and probes do not`() async throws {
        let path = Self.path
        unlink(path)
        defer { unlink(path) }
        try await withServer(activityFile: path) { server in
            _ = try await server.client.send(.init(method: "GET", url: server.endpoint + "health"))
            _ = try await server.response("ListTables", Array("{}".utf8)) { request in
                request.headers.removeAll { $0.0 == "Authorization" }
            }
            _ = try await server.response("ListTables", Array("{}".utf8)) { $0.headers.append(("x-envctl-probe", "1")) }
            #expect(Self.modified(path) == nil)
            try await server.succeed("ListTables", "{}")
            #expect(Self.modified(path) != nil)
            Self.age(path)
            // Touched again at the latest in the next second.
            var modified = Self.modified(path)
            while modified == 1000 {
                try await server.succeed("ListTables", "{}")
                modified = Self.modified(path)
            }
            // A refused parameter is a request all the same.
            Self.age(path)
            while Self.modified(path) == 1000 { _ = try await server.fail("GetItem", "{}") }
        }
    }

    @Test func `a file that cannot be made does not disturb`() async throws {
        try await withServer(activityFile: "/nonexistent/activity") { server in
            for _ in 0..<2 { try await server.succeed("ListTables", "{}") }
        }
    }
}
