package import DynamoModel

/// One change of an item, as `stream_records.record_data` tells it: the `Record` of the Streams API, less its sequence
/// number, which the database gives when the row is inserted.
package struct StreamRecord: Sendable {
    package enum Event: String, Sendable, Hashable, CaseIterable {
        case insert = "INSERT"
        case modify = "MODIFY"
        case remove = "REMOVE"

        /// `stream_records.event_name`.
        var column: String {
            switch self {
            case .insert: "Insert"
            case .modify: "Modify"
            case .remove: "Remove"
            }
        }
    }

    /// Who changed the item.
    package enum Origin: Sendable, Hashable {
        case client
        /// The service, because the item's time had come ("DynamoDB Streams and Time to Live").
        case timeToLive
    }

    package let event: Event
    /// `stream_shards.shard_id`.
    package let shardID: String
    /// `record_data` without `SequenceNumber`.
    package let json: [UInt8]

    /// The record of a change; `nil` if nothing changed, of which the service writes none ("If you perform a PutItem or
    /// UpdateItem operation that does not change any data in an item, DynamoDB Streams does not write a stream record
    /// for that operation").
    ///
    /// - Parameters:
    ///   - keys: the item's key attributes.
    ///   - time: unix seconds; the record tells whole ones.
    ///   - eventID: a UUID.
    package init?(
        of stream: TableStream, key: StoredKey, keys: Item, from old: Item?, to new: ItemRow?, origin: Origin,
        time: Double, eventID: String
    ) {
        guard old != nil || new != nil, old != new?.item else { return nil }
        event = old == nil ? .insert : new == nil ? .remove : .modify
        shardID = stream.shard(of: key)
        let shownNew = stream.viewType.showsNew ? new : nil
        let shownOld = stream.viewType.showsOld ? old : nil
        let size = itemSize(keys) + (shownNew.map { itemSize($0.item) } ?? 0) + (shownOld.map(itemSize) ?? 0)

        var json = JSONWriter(reserving: 512 + (shownNew?.json.count ?? 0))
        json.beginObject()
        for (name, value) in [
            ("eventID", eventID), ("eventName", event.rawValue), ("eventVersion", "1.1"),
            ("eventSource", "aws:dynamodb"), ("awsRegion", stream.region),
        ] {
            json.name(name)
            json.string(value)
        }
        json.name("dynamodb")
        json.beginObject()
        json.name("ApproximateCreationDateTime")
        json.number(Int(time.rounded(.down)))
        json.name("Keys")
        json.item(keys)
        if let shownNew {
            json.name("NewImage")
            json.raw(shownNew.json)
        }
        if let shownOld {
            json.name("OldImage")
            json.item(shownOld)
        }
        json.name("SizeBytes")
        json.number(size)
        json.name("StreamViewType")
        json.string(stream.viewType.rawValue)
        json.endObject()
        if origin == .timeToLive {
            json.name("userIdentity")
            json.beginObject()
            json.name("Type")
            json.string("Service")
            json.name("PrincipalId")
            json.string("dynamodb.amazonaws.com")
            json.endObject()
        }
        json.endObject()
        self.json = json.bytes
    }
}

extension StreamViewType {
    /// Whether records hold the item as it is after the change.
    var showsNew: Bool { self == .newImage || self == .newAndOldImages }
    /// Whether records hold the item as it was before.
    var showsOld: Bool { self == .oldImage || self == .newAndOldImages }
}
