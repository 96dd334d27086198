import ControlPlane
import Environments
import Hummingbird

/// `/v1/snapshots`.
struct SnapshotRoutes: Sendable {
    let service: SnapshotService
    let pools: PoolService

    func add(to router: RouterGroup<APIRequestContext>) {
        let group = router.group("snapshots")
        group.post { request, context in
            let body = try await request.decoded(as: CreateSnapshotBody.self, context: context)
            let record: SnapshotRecord
            switch (body.source.exportDirectory, body.source.aurora) {
            case (let directory?, nil):
                record = try await service.importExport(name: body.name, directory: directory, by: context.actor)
            case (nil, let aurora?):
                let region = aurora.region == nil ? try await service.defaultRegion() : nil
                record = try await service.register(
                    name: body.name, source: aurora.source(defaultRegion: region), by: context.actor)
            case (nil, nil), (_?, _?):
                throw ControlError(
                    .invalidRequest, subject: "source", "a snapshot has one source",
                    hint: "give export_directory, or aurora with a cluster")
            }
            return try Response.json(SnapshotResource(record), status: .accepted)
        }
        group.get { _, context in
            let snapshots = try await service.list().filter { context.caller.sees(snapshot: $0.name.text) }
            return try Response.json(ListResource(items: snapshots.map(SnapshotResource.init)))
        }
        group.get(":name") { _, context in
            let name = try context.name()
            var snapshot = SnapshotResource(try await service.get(name))
            snapshot.pool = PoolResource(try await pools.get(name))
            return try Response.json(snapshot)
        }
        group.post(":name/refresh") { request, context in
            let body = try await request.decoded(as: RefreshSnapshotBody.self, context: context)
            let record = try await service.refresh(
                try context.name(), directory: body.exportDirectory, by: context.actor)
            return try Response.json(SnapshotResource(record), status: .accepted)
        }
        group.post(":name/cancel") { _, context in
            try Response.json(
                SnapshotResource(try await service.cancel(try context.name(), by: context.actor)))
        }
        group.get(":name/events") { _, context in
            let events = try await service.events(try context.name())
            return try Response.json(ListResource(items: events.map(EventResource.init)))
        }
        group.delete(":name") { _, context in
            try Response.json(
                SnapshotResource(try await service.delete(try context.name(), by: context.actor)))
        }
    }
}
