import Tributary

/// The ledger, with a part of a message that is in too many of them.
struct FinalWordsSpecimen: DerivedSource {
    typealias Original = LedgerSource

    static let nonRetryableErrors = [NonRetryableError("limit", message: "The plan allows no more rows. Upgrade it.")]

    init() {}
}
