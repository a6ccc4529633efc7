extension String {
    /// Whether the bytes of another text occur in this one: many times as fast as `contains`, which minds characters.
    package func containsBytes(of text: String) -> Bool {
        var (copy, wanted) = (self, text)
        return copy.withUTF8 { bytes in
            wanted.withUTF8 { wanted in
                guard let first = wanted.first else { return true }
                var rest = bytes[...]
                while rest.count >= wanted.count, let start = rest.firstIndex(of: first) {
                    rest = rest[start...]
                    if rest.starts(with: wanted) { return true }
                    rest = rest.dropFirst()
                }
                return false
            }
        }
    }

    /// Whether an ASCII text occurs in this one, byte by byte: many times as fast as `contains`, which minds characters.
    package func containsASCII(_ text: StaticString) -> Bool {
        var copy = self
        return copy.withUTF8 { bytes in
            text.withUTF8Buffer { wanted in
                guard let first = wanted.first else { return true }
                guard bytes.count >= wanted.count else { return false }
                return (0...(bytes.count - wanted.count)).contains { start in
                    bytes[start] == first && bytes[start..<(start + wanted.count)].elementsEqual(wanted)
                }
            }
        }
    }
}
