import DynamoModel

/// The JSON columns of the catalog, all with DynamoDB's wire names.
enum CatalogJSON {
    static func keySchema(_ schema: KeySchema) -> [UInt8] {
        write { schema.write(to: &$0) }
    }

    static func attributeDefinitions(_ definitions: [AttributeDefinition]) -> [UInt8] {
        write { json in
            json.beginArray()
            for definition in definitions { definition.write(to: &json) }
            json.endArray()
        }
    }

    static func projection(_ projection: Projection) -> [UInt8] {
        write { projection.write(to: &$0) }
    }

    static func throughput(_ throughput: Throughput) -> [UInt8] {
        write { throughput.write(to: &$0) }
    }

    /// CreateTable stores the description's form for indexes; readers must take both.
    static func throughputDescription(_ throughput: Throughput) -> [UInt8] {
        write { throughput.writeDescription(to: &$0) }
    }

    static func stream(_ specification: StreamSpecification) -> [UInt8] {
        write { specification.write(to: &$0) }
    }

    static func sse(_ specification: SSESpecification) -> [UInt8] {
        write { json in
            json.beginObject()
            json.name("Enabled")
            json.bool(specification.enabled)
            if let type = specification.type {
                json.name("SSEType")
                json.string(type)
            }
            if let key = specification.kmsMasterKeyID {
                json.name("KMSMasterKeyId")
                json.string(key)
            }
            json.endObject()
        }
    }

    static func sse(_ json: JSONValue) -> SSESpecification? {
        json["Enabled"]?.boolValue.map { enabled in
            SSESpecification(
                enabled: enabled, type: json["SSEType"]?.stringValue,
                kmsMasterKeyID: json["KMSMasterKeyId"]?.stringValue)
        }
    }

    private static func write(_ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        body(&writer)
        return writer.bytes
    }
}
