import ControlPlaneAPI
package import Environments

/// A hold on an environment for as long as something runs: renewed meanwhile, released at the end. Should this process
/// be killed it lapses by itself.
package struct EnvironmentHold: Sendable {
    private let context: CommandContext
    private let name: EnvironmentName

    /// Long enough for the control plane to be restarted meanwhile.
    private static let seconds = Int(HolderRule.defaultTTL.wholeSeconds)
    private static let renewal = Duration.seconds(20)

    package init(name: EnvironmentName, context: CommandContext) {
        self.name = name
        self.context = context
    }

    /// - Throws: `ControlError` when it cannot be opened; then `body` is not run.
    package func during<T: Sendable>(
        _ purpose: String, _ body: @escaping @Sendable () async -> T
    ) async throws(ControlError) -> T {
        let held = try await context.client().hold(name, purpose: purpose, seconds: Self.seconds)
        let result = await withTaskGroup(of: T?.self) { group -> T? in
            group.addTask {
                await renew(held.id)
                return nil
            }
            group.addTask { await body() }
            // The renewals end only when they are cancelled.
            var result: T?
            while result == nil, let ended = await group.next() { result = ended }
            group.cancelAll()
            return result
        }
        await release(held.id)
        guard let result else { throw ControlError(.cancelled, subject: name.text, "the command was not waited for") }
        return result
    }

    private func renew(_ id: String) async {
        var wasTold = false
        while (try? await Task.sleep(for: Self.renewal)) != nil {
            do {
                // The control plane may have been started again at another address.
                _ = try await context.client().renewHold(name, id: id, seconds: Self.seconds)
                wasTold = false
            } catch {
                guard !wasTold, !Task.isCancelled else { continue }
                wasTold = true
                context.note("note: \(name) may expire or fall asleep meanwhile: \(error.message)")
            }
        }
    }

    private func release(_ id: String) async {
        do {
            try await context.client().releaseHold(name, id: id)
        } catch {
            context.note("note: \(name) counts as in use for another \(Self.seconds) s: \(error.message)")
        }
    }
}
