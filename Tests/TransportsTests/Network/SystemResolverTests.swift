import Foundation
import Testing
import Tributary

@testable import Transports

@Suite("SystemResolver", .timeLimit(.minutes(1)))
struct SystemResolverTests {
    @Test("The name of this machine leads to a loopback address, and each address comes once")
    func localhost() async throws {
        let addresses = try await SystemResolver().addresses(of: "localhost")
        #expect(!addresses.isEmpty)
        #expect(Set(addresses).count == addresses.count)
        #expect(addresses.allSatisfy { AddressPolicy.publicOnly.refusal(of: $0) != nil })
    }

    @Test("A name that does not exist is not found, or the resolver cannot tell")
    func unknown() async throws {
        await #expect(throws: ResolutionFailure.self) {
            try await SystemResolver().addresses(of: "no-such-host.invalid")
        }
    }

    @Test("A look-up that takes too long is a temporary failure")
    func timeout() async throws {
        let testIsOver = DispatchSemaphore(value: 0)
        defer { testIsOver.signal() }
        let resolver = SystemResolver(timeout: .milliseconds(10)) { _ in
            testIsOver.wait()
            return []
        }
        await #expect(throws: ResolutionFailure.temporary) { try await resolver.addresses(of: "slow.example.com") }
    }
}
