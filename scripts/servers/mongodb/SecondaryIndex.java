import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.Missing;
import de.bwaldvogel.mongo.backend.ValueComparator;
import de.bwaldvogel.mongo.bson.Document;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * An index that is not unique: documents in the order of its fields, so that a search which names the first of them reads a
 * part. What it finds is a superset; the collection looks at each. It gives up once it meets a list.
 */
final class SecondaryIndex extends Index<Integer> {
    private static final int MOST_PARTS = 5_000;
    private static final int BEFORE_ALL = -1;
    private static final int AFTER_ALL = Integer.MAX_VALUE;

    /** Values of the first fields of the index, and where the document is (or, in a bound, on which side of all of them). */
    private record Entry(List<Object> values, int position) {}

    /** A part of the index, from one bound to the other. */
    private record Part(Entry low, Entry high) {}

    private static final Comparator<Object> VALUES = ValueComparator.asc();
    private static final Comparator<Entry> ORDER = (left, right) -> {
        int common = Math.min(left.values.size(), right.values.size());
        for (int field = 0; field < common; field++) {
            int order = VALUES.compare(left.values.get(field), right.values.get(field));
            if (order != 0) return order;
        }
        return Integer.compare(left.position, right.position);
    };

    private final TreeSet<Entry> entries = new TreeSet<>(ORDER);
    private final Map<Object, Entry> byId = new HashMap<>();
    private boolean hasList;

    SecondaryIndex(String name, List<IndexKey> keys) {
        super(name, keys, true);
    }

    /** How many fields of the index a search narrows: 0 where it has to look at all. */
    int fieldsNarrowedBy(Document query) {
        if (hasList) return 0;
        int narrowed = 0;
        for (String field : keys()) {
            if (valuesFor(query.get(field)) != null) narrowed++;
            else return isRange(query.get(field)) ? narrowed + 1 : narrowed;
        }
        return narrowed;
    }

    @Override
    public synchronized Iterable<Integer> getPositions(Document query) {
        List<Integer> positions = new ArrayList<>();
        for (Part part : partsOf(query)) {
            for (Entry entry : entries.subSet(part.low, true, part.high, true)) positions.add(entry.position);
        }
        return positions;
    }

    private List<Part> partsOf(Document query) {
        List<List<Object>> prefixes = List.of(List.of());
        for (String field : keys()) {
            Object condition = query.get(field);
            Collection<?> values = valuesFor(condition);
            if (values == null) return bounded(prefixes, isRange(condition) ? (Document) condition : null);
            if ((long) prefixes.size() * values.size() > MOST_PARTS) break;
            List<List<Object>> longer = new ArrayList<>();
            for (List<Object> prefix : prefixes) for (Object value : values) longer.add(with(prefix, normal(value)));
            prefixes = longer;
        }
        return bounded(prefixes, null);
    }

    /** @param range on the field behind the prefix; null where there is none */
    private static List<Part> bounded(List<List<Object>> prefixes, Document range) {
        Object most = range == null ? null : range.getOrDefault("$lte", range.get("$lt"));
        Object least = range == null ? null : range.getOrDefault("$gte", range.get("$gt"));
        List<Part> parts = new ArrayList<>();
        for (List<Object> prefix : prefixes) {
            Entry low = new Entry(prefix, BEFORE_ALL);
            // A range holds nothing that is missing.
            if (range != null) low = least == null ? new Entry(with(prefix, null), AFTER_ALL) : new Entry(with(prefix, normal(least)), BEFORE_ALL);
            Entry high = new Entry(most == null ? prefix : with(prefix, normal(most)), AFTER_ALL);
            if (ORDER.compare(low, high) <= 0) parts.add(new Part(low, high));
        }
        return parts;
    }

    /** The values that a condition allows; null where it names none. */
    private static Collection<?> valuesFor(Object condition) {
        if (isPlain(condition)) return List.of(condition);
        if (!(condition instanceof Document operators) || !operators.keySet().contains("$in")) return null;
        if (!(operators.get("$in") instanceof Collection<?> values)) return null;
        if (!values.stream().allMatch(SecondaryIndex::isPlain)) return null;
        TreeSet<Object> distinct = new TreeSet<>(VALUES);
        distinct.addAll(values);
        return distinct;
    }

    private static boolean isPlain(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean;
    }

    private static boolean isRange(Object condition) {
        if (!(condition instanceof Document operators)) return false;
        if (operators.keySet().stream().anyMatch(List.of("$lt", "$lte", "$gt", "$gte")::contains)) return true;
        return Boolean.TRUE.equals(operators.get("$exists"));
    }

    private static Object normal(Object value) {
        if (value instanceof Missing) return null;
        return value instanceof Number number ? (Object) number.doubleValue() : value;
    }

    private static List<Object> with(List<Object> prefix, Object value) {
        List<Object> longer = new ArrayList<>(prefix);
        longer.add(value);
        return longer;
    }

    private List<Object> valuesIn(Document document) {
        List<Object> values = new ArrayList<>();
        for (String field : keys()) {
            Object value = document.get(field);
            if (value instanceof Collection || field.contains(".")) hasList = true;
            values.add(normal(value));
        }
        return values;
    }

    @Override
    public synchronized void add(Document document, Integer position, MongoCollection<Integer> collection) {
        List<Object> values = valuesIn(document);
        if (hasList) return;
        Entry entry = new Entry(values, position);
        entries.add(entry);
        byId.put(document.get("_id"), entry);
    }

    @Override
    public synchronized Integer remove(Document document) {
        Entry entry = byId.remove(document.get("_id"));
        if (entry == null) return null;
        entries.remove(entry);
        return entry.position;
    }

    @Override
    public synchronized void updateInPlace(Document before, Document after, Integer position, MongoCollection<Integer> collection) {
        if (valuesIn(before).equals(valuesIn(after))) return;
        remove(before);
        add(after, position, collection);
    }

    @Override
    public synchronized Integer getPosition(Document document) {
        Entry entry = byId.get(document.get("_id"));
        return entry == null ? null : entry.position;
    }

    @Override
    public boolean canHandle(Document query) {
        return fieldsNarrowedBy(query) > 0;
    }

    @Override
    public long getCount() {
        return entries.size();
    }

    @Override
    public long getDataSize() {
        return entries.size();
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Integer> collection) {}

    @Override
    public void checkUpdate(Document before, Document after, MongoCollection<Integer> collection) {}

    @Override
    public void drop() {}
}
