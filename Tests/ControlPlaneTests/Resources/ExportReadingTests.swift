import DynamoModel
import Environments
import Testing

@testable import ControlPlane

@Suite struct GzipReaderTests {
    private func inflate(_ bytes: [UInt8]) throws -> [UInt8] {
        let path = try TemporaryDirectory.make("gzip") + "/f.gz"
        try TestFile.write(bytes, to: path)
        let reader = try GzipReader(path: path)
        var text: [UInt8] = []
        var seen = 0
        while try reader.read(into: &text, limit: 1000, onInput: { seen += $0.count }) {}
        #expect(seen == bytes.count)
        return text
    }

    @Test(arguments: [0, 1, 999, 1000, 1001, 300_000]) func readsWhatWasWritten(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(try inflate(StoredGzip.make(bytes)) == bytes)
    }

    @Test func membersFollowEachOther() throws {
        #expect(try inflate(StoredGzip.make([1, 2]) + StoredGzip.make([]) + StoredGzip.make([3])) == [1, 2, 3])
    }

    @Test(arguments: [1, 4, 8, 20]) func aCutOffFileIsRefused(missing: Int) throws {
        let error = #expect(throws: ControlError.self) {
            try inflate(StoredGzip.make(Array(repeating: 9, count: 100)).dropLast(missing))
        }
        #expect(error?.message.contains("cut off") == true)
    }

    @Test func bytesAfterTheEndAreRefused() throws {
        let error = #expect(throws: ControlError.self) { try inflate(StoredGzip.make([1]) + [7, 7, 7, 7]) }
        #expect(error?.message.contains("after the end") == true)
    }

    @Test func aChangedByteIsRefused() throws {
        var bytes = StoredGzip.make(Array(repeating: 9, count: 100))
        bytes[50] ^= 1
        let error = #expect(throws: ControlError.self) { try inflate(bytes) }
        #expect(error?.message.contains("damaged") == true)
    }

    @Test func anotherKindOfFileIsRefused() throws {
        let error = #expect(throws: ControlError.self) { try inflate(Array("{\"Item\":{}}".utf8)) }
        #expect(error?.message.contains("damaged") == true)
    }
}

@Suite struct ExportSetTests {
    private func read(_ fixture: ExportFixture) throws -> ExportSet { try ExportSet.read(directory: fixture.directory) }

    private func message(_ body: () throws -> Void) -> String {
        let error = #expect(throws: ControlError.self) { try body() }
        #expect(error?.code == .invalidRequest)
        return error?.message ?? ""
    }

    @Test func findsTheExportAndItsDefinition() throws {
        var fixture = try ExportFixture()
        fixture.files = [[ExportFixture.item(1)], []]
        try fixture.write()
        let set = try read(fixture)
        #expect(set.accountID == "123456789012")
        #expect(set.region == "eu-west-1")
        #expect(set.itemCount == 1)
        #expect(set.tables.map(\.definition.name) == ["music"])
        #expect(set.tables[0].manifest.files.map(\.itemCount) == [1, 0])
        #expect(set.compressedBytes > 0)
    }

    @Test func anotherDirectoryIsRefused() throws {
        let directory = try TemporaryDirectory.make("empty")
        #expect(message { _ = try ExportSet.read(directory: directory) }.contains("no manifest-summary.json"))
        #expect(message { _ = try ExportSet.read(directory: directory + "/none") }.contains("not a directory"))
    }

    @Test func aMissingDefinitionIsNamed() throws {
        let fixture = try ExportFixture()
        try fixture.write(definition: nil)
        #expect(message { _ = try read(fixture) }.contains("no definition of table music"))
    }

    @Test func aDefinitionThatIsBrokenIsNamed() throws {
        let fixture = try ExportFixture()
        try fixture.write(definition: #"{"Table": {"TableName": "music"}}"#)
        #expect(message { _ = try read(fixture) }.contains("music.json"))
        try fixture.write(definition: "{")
        #expect(message { _ = try read(fixture) }.contains("music.json is not JSON"))
    }

    @Test func theOnlyDefinitionServesARenamedTable() throws {
        var fixture = try ExportFixture()
        fixture.table = "renamed"
        try fixture.write()
        #expect(try read(fixture).tables[0].definition.name == "renamed")
    }

    @Test func otherKindsOfExportAreRefused() throws {
        let fixture = try ExportFixture()
        try fixture.write(format: "ION")
        #expect(message { _ = try read(fixture) }.contains("outputFormat is ION"))
        try fixture.write(type: "INCREMENTAL_EXPORT")
        #expect(message { _ = try read(fixture) }.contains("exportType is INCREMENTAL_EXPORT"))
    }

    @Test func aManifestThatWasChangedIsRefused() throws {
        let fixture = try ExportFixture()
        try fixture.write()
        let path = "\(fixture.folder)/manifest-files.json"
        try fixture.write(Array("\n".utf8), to: path)
        #expect(message { _ = try read(fixture) }.contains("checksum"))
    }

    @Test func aMissingDataFileIsNamed() throws {
        var fixture = try ExportFixture()
        fixture.files = [[ExportFixture.item(1)]]
        try fixture.write()
        try PosixFile.remove("\(fixture.folder)/data/file0.json.gz")
        #expect(message { _ = try read(fixture) }.contains("file0.json.gz does not exist"))
    }

    @Test func exportsOfTwoAccountsAreRefused() throws {
        let fixture = try ExportFixture()
        try fixture.write()
        var other = fixture
        other.directory = "\(fixture.directory)/other"
        other.table = "films"
        other.account = "999999999999"
        try other.write(definition: ExportFixture.definition.replacing("\"music\"", with: "\"films\""))
        #expect(message { _ = try read(fixture) }.contains("more than one account"))
    }

    @Test func twoExportsOfATableAreRefused() throws {
        let fixture = try ExportFixture()
        try fixture.write()
        var other = fixture
        other.directory = "\(fixture.directory)/again"
        try other.write()
        #expect(message { _ = try read(fixture) }.contains("both export table music"))
    }
}

@Suite struct TableARNTests {
    @Test func readsItsParts() {
        let arn = TableARN("arn:aws-cn:dynamodb:cn-north-1:123456789012:table/a.b-c_d")
        #expect(arn?.partition == "aws-cn" && arn?.region == "cn-north-1" && arn?.tableName == "a.b-c_d")
        #expect(arn?.description == "arn:aws-cn:dynamodb:cn-north-1:123456789012:table/a.b-c_d")
    }

    @Test(arguments: [
        "", "arn:aws:dynamodb:r:123456789012:table/", "arn:aws:dynamodb:r:12345678901x:table/t",
        "arn:aws:s3:r:123456789012:table/t", "arn:aws:dynamodb:r:123456789012:table/t/index/i",
    ]) func refusesOthers(text: String) {
        #expect(TableARN(text) == nil)
    }
}
