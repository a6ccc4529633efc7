import Tributary

/// What changed in a form, for those who have filled it in already.
struct FormComparison {
    let source: String

    func changes(from old: [FormField], to new: [FormField], in path: [String] = []) -> [ContractChange] {
        var changes: [ContractChange] = []
        for field in old {
            guard let now = new.first(where: { $0.name == field.name }) else {
                changes.append(
                    change(.breaking, path, field, "is gone: what users typed there is not read any more"))
                continue
            }
            changes += self.changes(from: field, to: now, in: path)
        }
        for field in new where !old.contains(where: { $0.name == field.name }) {
            let isDemanded = field.required == true && field.defaultValue == nil
            changes.append(
                isDemanded
                    ? change(.breaking, path, field, "is new and required: stored connections have no value for it")
                    : change(.harmless, path, field, "is new"))
        }
        return changes
    }

    private func changes(from old: FormField, to new: FormField, in path: [String]) -> [ContractChange] {
        var changes: [ContractChange] = []
        if old.type != new.type {
            let impact: ContractChange.Impact = Self.texts.isSuperset(of: [old.type, new.type]) ? .notable : .breaking
            changes.append(change(impact, path, new, "was \(old.type.rawValue), and is \(new.type.rawValue)"))
        }
        if old.required != true, new.required == true, new.defaultValue == nil {
            changes.append(change(.breaking, path, new, "is required now"))
        } else if old.required == true, new.required != true {
            changes.append(change(.harmless, path, new, "is not required any more"))
        }
        if old.secret == true, new.secret != true {
            changes.append(
                change(.breaking, path, new, "is no secret any more: stored values would be shown"))
        } else if old.secret != true, new.secret == true {
            changes.append(change(.notable, path, new, "is a secret now"))
        }
        if old.defaultValue != new.defaultValue || old.default != new.default {
            changes.append(change(.notable, path, new, "has another default"))
        }
        if old.requiredScopes != new.requiredScopes {
            changes.append(
                change(.breaking, path, new, "asks for other scopes: accounts have to be connected again"))
        }
        return changes + options(old, new, path)
            + self.changes(from: old.fields ?? [], to: new.fields ?? [], in: path + [new.name])
    }

    /// Drawn otherwise, but stored alike.
    private static let texts: Set<FormField.FieldType> = [.text, .email, .search, .url, .password, .textarea]

    private func options(_ old: FormField, _ new: FormField, _ path: [String]) -> [ContractChange] {
        let (was, now) = (old.options ?? [], new.options ?? [])
        return was.flatMap { option -> [ContractChange] in
            guard let same = now.first(where: { $0.value == option.value }) else {
                return [change(.breaking, path, new, "offers '\(option.value)' no more")]
            }
            return self.changes(
                from: option.fields ?? [], to: same.fields ?? [], in: path + [new.name, option.value])
        }
            + now.filter { option in !was.contains { $0.value == option.value } }.map { option in
                change(.harmless, path, new, "offers '\(option.value)' too")
            }
    }

    private func change(
        _ impact: ContractChange.Impact, _ path: [String], _ field: FormField, _ words: String
    ) -> ContractChange {
        let name = (path + [field.name]).joined(separator: ".")
        return ContractChange(impact, .form, source: source, "The field '\(name)' \(words).")
    }
}
