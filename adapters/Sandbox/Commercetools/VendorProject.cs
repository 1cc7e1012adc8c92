using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Commerce.Sandbox.Commercetools;

/// <summary>The objects of the pretend project, by kind. In memory: a start begins again with what it is seeded with, as if all of it had just been imported.</summary>
internal sealed class VendorProject
{
    public const string
        Products = "product-projections",
        Messages = "messages",
        Discounts = "cart-discounts",
        Codes = "discount-codes",
        Groups = "customer-groups",
        Customers = "customers",
        Channels = "channels";

    private readonly Lock gate = new();
    private readonly Dictionary<string, Dictionary<string, JsonObject>> kinds = new(StringComparer.Ordinal);
    private readonly TimeProvider time;

    public VendorProject(TimeProvider time, Microsoft.Extensions.Options.IOptions<SandboxOptions> options)
    {
        this.time = time;
        foreach (var kind in (string[])[Products, Messages, Discounts, Codes, Groups, Customers, Channels])
        {
            kinds.Add(kind, new(StringComparer.Ordinal));
        }

        if (options.Value.ShopDirectory is { Length: > 0 } shop && Directory.Exists(shop))
        {
            ShopSeed.Into(this, shop);
        }
    }

    public bool Has(string kind) => kinds.ContainsKey(kind);

    /// <summary>Those that fit, in order.</summary>
    /// <param name="sort">Fields, each with <c>asc</c> or <c>desc</c>.</param>
    public (JsonObject[] Page, int Total) Query(string kind, Func<JsonObject, bool> fits, IEnumerable<string> sort, int limit, int offset)
    {
        lock (gate)
        {
            var found = kinds[kind].Values.Where(fits).ToArray();
            Array.Sort(found, Order([.. sort]));
            return ([.. found.Skip(offset).Take(limit).Select(of => (JsonObject)of.DeepClone())], found.Length);
        }
    }

    public JsonObject? Find(string kind, string idOrKey)
    {
        lock (gate)
        {
            return (kinds[kind].GetValueOrDefault(idOrKey) ?? kinds[kind].Values.FirstOrDefault(of => of["key"]?.ToString() == idOrKey))?.DeepClone() as JsonObject;
        }
    }

    /// <summary>Creates or changes an object: its id follows from its kind and key.</summary>
    /// <returns>Its id.</returns>
    public string Put(string kind, JsonObject content)
    {
        lock (gate)
        {
            var id = content["id"]?.ToString() ?? IdOf(kind, content["key"]?.ToString() ?? content["code"]?.ToString() ?? SandboxIds.New(""));
            var before = kinds[kind].GetValueOrDefault(id);
            content["id"] = id;
            content["version"] = before is null ? 1L : before["version"]!.GetValue<long>() + 1;
            content["createdAt"] = before?["createdAt"]?.ToString() ?? Now;
            content["lastModifiedAt"] = Now;
            kinds[kind][id] = content;
            return id;
        }
    }

    /// <summary>Changes an object in place.</summary>
    public bool Change(string kind, string idOrKey, Action<JsonObject> change)
    {
        lock (gate)
        {
            if (Find(kind, idOrKey) is not { } content)
            {
                return false;
            }

            change(content);
            Put(kind, content);
            return true;
        }
    }

    /// <summary>Takes it away; of a product a message is left.</summary>
    /// <param name="message"><c>ProductDeleted</c> or <c>ProductUnpublished</c>.</param>
    public bool Remove(string kind, string idOrKey, string? message)
    {
        lock (gate)
        {
            if (Find(kind, idOrKey)?["id"]?.ToString() is not { } id || !kinds[kind].Remove(id))
            {
                return false;
            }

            if (message is not null)
            {
                Put(Messages, new JsonObject { ["id"] = Guid.CreateVersion7(time.GetUtcNow()).ToString(), ["type"] = message, ["resource"] = new JsonObject { ["typeId"] = "product", ["id"] = id } });
            }

            return true;
        }
    }

    /// <summary>An id as they shape them, always the same for the same thing.</summary>
    public static string IdOf(string kind, string key) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}/{key}")).AsSpan(0, 16)).ToString();

    private string Now => time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static Comparison<JsonObject> Order(string[] sort) => (one, other) =>
    {
        foreach (var by in sort)
        {
            var (field, descends) = by.EndsWith(" desc", StringComparison.Ordinal) ? (by[..^5], true) : (by.EndsWith(" asc", StringComparison.Ordinal) ? by[..^4] : by, false);
            var order = string.CompareOrdinal(one[field]?.ToString(), other[field]?.ToString());
            if (order != 0)
            {
                return descends ? -order : order;
            }
        }

        return 0;
    };
}
