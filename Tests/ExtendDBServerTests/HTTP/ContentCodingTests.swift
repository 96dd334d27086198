import AWS
import Cryptography
import DynamoModel
import HTTPClient
import NIOHTTP1
import Testing

@testable import ExtendDBServer

@Suite struct ContentCodingTests {
    @Test(arguments: [
        ("gzip", ContentCoding.gzip), ("gzip, deflate", .gzip), ("deflate", .deflate), ("br;q=1.0, GZIP;q=0.5", .gzip),
        ("deflate, gzip ; q = 0", .deflate), ("identity", nil), ("*", nil), ("gzip;q=0", nil), ("", nil), ("br", nil),
    ])
    func `what a client accepts`(header: String, coding: ContentCoding?) {
        #expect(ContentCoding(acceptedBy: HTTPHeaders([("Accept-Encoding", header)])) == coding)
    }

    @Test(arguments: ContentCoding.allCases) func `there and back`(coding: ContentCoding) throws {
        for size in [0, 1, 1000, 300_000] {
            let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
            let encoded = coding.encode(bytes)
            #expect(try coding.decode(encoded, limit: size) == bytes)
            if size > 0 {
                #expect(throws: ContentCoding.DecodingError.tooLarge) { try coding.decode(encoded, limit: size - 1) }
                #expect(throws: ContentCoding.DecodingError.damaged) {
                    try coding.decode(Array(encoded.dropLast()), limit: size)
                }
            }
            #expect(throws: ContentCoding.DecodingError.damaged) { try coding.decode([1, 2, 3], limit: size) }
            #expect(throws: ContentCoding.DecodingError.damaged) { try coding.decode([], limit: size) }
        }
        let twice = ContentCoding.gzip.encode([1]) + ContentCoding.gzip.encode([2])
        #expect(try ContentCoding.gzip.decode(twice, limit: 2) == [1, 2])
        #expect(throws: ContentCoding.DecodingError.damaged) {
            try ContentCoding.deflate.decode(ContentCoding.deflate.encode([1]) + [0], limit: 2)
        }
    }

    @Test(arguments: ContentCoding.allCases) func `large answers are compressed for clients that ask`(
        coding: ContentCoding
    ) async throws {
        try await withServer { server in
            try await server.makeTable(key: "pk:S")
            try await server.put(#"{"pk":{"S":"large"},"v":{"S":"\#(String(repeating: "xyz", count: 20_000))"}}"#)
            func get(_ key: String, _ accepted: String?) async throws -> HTTPResponse {
                try await server.response(
                    "GetItem", Array(#"{"TableName":"items","Key":{"pk":{"S":"\#(key)"}}}"#.utf8)
                ) { request in
                    if let accepted { request.headers.append(("Accept-Encoding", accepted)) }
                }
            }
            let plain = try await get("large", nil)
            #expect(plain.header("content-encoding") == nil)
            let small = try await get("none", coding.rawValue)
            #expect(small.header("content-encoding") == nil)
            let answer = try await get("large", coding.rawValue)
            #expect(answer.header("content-encoding") == coding.rawValue)
            #expect(answer.header("x-amz-crc32") == String(CRC32.checksum(answer.body)))
            #expect(answer.body.count < plain.body.count / 10)
            #expect(try coding.decode(answer.body, limit: plain.body.count) == plain.body)
        }
    }

    @Test(arguments: ContentCoding.allCases) func `requests may be compressed`(coding: ContentCoding) async throws {
        try await withServer { server in
            func send(_ body: [UInt8], _ name: String) async throws -> WireFailure {
                let response = try await server.response("ListTables", body) { request in
                    request.headers.append(("Content-Encoding", name))
                }
                return WireFailure(status: response.status, body: try JSONValue(parsing: response.body))
            }
            let body = coding.encode(Array("{}".utf8))
            #expect(try await send(body, coding.rawValue).body["TableNames"] == .array([]))
            #expect(try await send(body, coding.rawValue.uppercased()).status == 200)
            #expect(try await send(Array(body.dropLast(5)), coding.rawValue).type == "SerializationException")
            #expect(try await send(Array("{}".utf8), coding.rawValue).type == "SerializationException")
            #expect(try await send(body, "br").type == "SerializationException")
            #expect(try await send(Array("{}".utf8), "identity").status == 200)
            let bomb = coding.encode([UInt8](repeating: 0x20, count: 17 * 1_048_576))
            let refused = try await send(bomb, coding.rawValue)
            #expect(refused.status == 413)
        }
    }
}
