import Columns
import Tributary

extension ModelDeclaration {
    /// The list that a collection's rows are read from: one for all, or one for each parent.
    func list(of collection: Collection) -> Endpoint? {
        let lists = endpoints.filter { $0.collection == collection.name }
        return lists.first { $0.scope.isEmpty } ?? (collection.parent == nil ? nil : lists.first)
    }
}

// Tables whose rows come from a list for each parent.
extension Bench {
    /// Columns that tell rows apart over the whole table: what a row takes over from its parent, and its own.
    var key: [String] {
        (collection.parent?.columns.keys.sorted() ?? []) + collection.key.map(collection.column(of:))
    }

    /// An object as a row of the table: with what it takes over from its parent, and the columns of its nested members.
    func row(_ object: World.Object) -> JSONObject {
        var body = collection.columns.isEmpty ? object.body : collection.row(of: object.body)
        guard let parent = collection.parent, !parent.columns.isEmpty else { return body }
        guard let owner = self.parent(of: object) else { return body }
        for (column, member) in parent.columns { body[column] = ModelOrder.value(member, of: owner.body) }
        return body
    }

    /// The parent of an object of a child table.
    func parent(of object: World.Object) -> World.Object? {
        guard let parent = collection.parent else { return nil }
        return parents[parent.collection]?.first { Self.isOwner($0, of: object, parent) }
    }

    /// The parents of a child table; nothing for any other.
    var owners: [World.Object] { collection.parent.flatMap { parents[$0.collection] } ?? [] }

    /// An object as it would be had another parent had it.
    func moved(_ object: World.Object, to owner: World.Object) -> World.Object {
        moved(object, to: owner, saying: membersOfOwner)
    }

    /// The same for many objects.
    ///
    /// - Parameter members: ``membersOfOwner``.
    func moved(_ object: World.Object, to owner: World.Object, saying members: [MemberOfOwner]) -> World.Object {
        guard let parent = collection.parent else { return object }
        var object = object
        for member in members {
            object.body = object.body.setting(member.path, to: ModelOrder.value(member.ofOwner, of: owner.body))
        }
        for (name, member) in parent.names {
            object.attributes[name] = ModelPage.text(ModelOrder.value(member, of: owner.body))
        }
        for (column, member) in parent.columns where object.body[column] != nil {
            object.body[column] = ModelOrder.value(member, of: owner.body)
        }
        return object
    }

    /// A member in which a child says itself whose it is, and the parent's member that it repeats.
    struct MemberOfOwner {
        let path: [String]
        let ofOwner: String
    }

    /// The members in which children say themselves whose they are, such as `project_id` or `project.id`: in all of the
    /// sample they are what the parent's list is found by, and parents differ in them.
    var membersOfOwner: [MemberOfOwner] {
        guard let parent = collection.parent else { return [] }
        let pairs = objects.compactMap { object in self.parent(of: object).map { (child: object.body, owner: $0.body) }
        }
        guard let first = pairs.first?.child else { return [] }
        return Set(parent.names.values).sorted().flatMap { ofOwner -> [MemberOfOwner] in
            guard Set(pairs.map { ModelOrder.value(ofOwner, of: $0.owner).text }).count > 1 else { return [] }
            return Self.scalars(of: first).filter { path in
                pairs.allSatisfy { $0.child.value(at: path) == ModelOrder.value(ofOwner, of: $0.owner) }
            }.map { MemberOfOwner(path: $0, ofOwner: ofOwner) }
        }
    }

    /// The paths of members that hold no more than a value, in the object itself and in those inside it.
    private static func scalars(of body: JSONObject) -> [[String]] {
        body.members.flatMap { member -> [[String]] in
            if let inner = member.value.object { return scalars(of: inner).map { [member.name] + $0 } }
            return member.value.array == nil ? [[member.name]] : []
        }
    }

    /// A world of some objects of this table, and all that its lists are found by.
    func world(_ visible: [World.Object]) -> World {
        World(parents.merging([collection.name: visible]) { $1 })
    }

    static func isOwner(
        _ owner: World.Object, of object: World.Object, _ parent: ModelDeclaration.Parent
    ) -> Bool {
        parent.names.allSatisfy { name, member in
            object.attributes[name] == ModelPage.text(ModelOrder.value(member, of: owner.body))
        } && owner.attributes.allSatisfy { name, value in object.attributes[name].map { $0 == value } ?? true }
    }

    /// The parents of objects, theirs, and so on upwards; on each level one that has no child among them, if there is.
    static func parents(
        of objects: [World.Object], _ collection: ModelDeclaration.Collection, in world: World,
        _ declaration: ModelDeclaration
    ) -> [String: [World.Object]] {
        var found: [String: [World.Object]] = [:]
        var children = objects
        for level in declaration.lineage(of: collection.name) {
            guard let parent = level.parent else { break }
            let all = world.visible(parent.collection)
            var owners = all.filter { owner in children.contains { isOwner(owner, of: $0, parent) } }
            owners += all.filter { owner in !children.contains { isOwner(owner, of: $0, parent) } }.prefix(1)
            found[parent.collection] = owners
            children = owners
        }
        return found
    }

    /// The requests that lists of these objects take: one for each page, at least one for each list, and one more where
    /// the upstream's sign of the end is a page of its own, or a short one and the last is full.
    func pages(of visible: [World.Object], size: Int) -> Int {
        let lists =
            collection.parent == nil ? [visible] : owners.map { owner in visible.filter { isChild($0, of: owner) } }
        let page = endpoint.page
        let more = page.alwaysLeadsOn || page.endsWithNull || page.endsWithEmptyPage ? 1 : 0
        return lists.reduce(0) { sum, list in
            let isFull = page.endsWithShortPage && !list.isEmpty && list.count % size == 0
            return sum + max(1 - more, Self.pages(of: list.count, size, cap: endpoint.resultCap)) + more
                + (isFull ? 1 : 0)
        }
    }

    /// The pages of a list that is asked for again after each `cap` objects.
    private static func pages(of count: Int, _ size: Int, cap: Int?) -> Int {
        guard let cap, count > cap else { return (count + size - 1) / size }
        return (cap + size - 1) / size + pages(of: count - cap, size, cap: cap)
    }

    func isChild(_ object: World.Object, of owner: World.Object) -> Bool {
        collection.parent.map { Self.isOwner(owner, of: object, $0) } ?? false
    }
}
