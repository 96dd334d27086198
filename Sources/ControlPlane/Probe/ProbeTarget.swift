package import DynamoModel
package import Environments

/// An item that a snapshot is known to hold: reading it through an endpoint proves that the endpoint serves the data.
package struct ProbeTarget: Sendable, Hashable {
    package var table: String
    /// The item's primary key.
    package var key: Item

    package init(table: String, key: Item) {
        self.table = table
        self.key = key
    }

    /// `{"TableName":…,"Key":{…}}`, which is also the body of the `GetItem` that reads it.
    package var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("TableName")
        writer.string(table)
        writer.name("Key")
        writer.item(key)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Reads back what `json` wrote; nil for anything else.
    package init?(json text: String) {
        guard let value = try? JSONValue(parsing: Array(text.utf8)),
            let table = value["TableName"]?.stringValue,
            let keyJSON = value["Key"],
            let key = try? Item(json: keyJSON)
        else { return nil }
        self.init(table: table, key: key)
    }
}

/// The credential that a probe signs with.
package struct ProbeCredential: Sendable, Hashable {
    package var accessKeyID: String
    @Secret package var secretAccessKey: String
    package var region: String

    package init(accessKeyID: String, secretAccessKey: String, region: String) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.region = region
    }
}
