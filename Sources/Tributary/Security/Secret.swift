/// Text that must never be printed: a password, a key, a token.
///
/// There is no way to turn a secret into text by accident: every description shows `•••`, and it is not Codable.
/// A transport that has to send it asks for it by name, with ``revealed``.
public struct Secret: Sendable, Hashable {
    private let text: String

    /// Wraps a text that must not be printed.
    public init(_ text: String) { self.text = text }

    /// The text itself. Only for the line of code that sends, signs or encrypts it.
    public var revealed: String { text }

    /// Whether there is no text.
    public var isEmpty: Bool { text.isEmpty }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What is shown in place of every secret.
    public static let mask = "•••"

    public var description: String { Self.mask }
    public var debugDescription: String { Self.mask }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
