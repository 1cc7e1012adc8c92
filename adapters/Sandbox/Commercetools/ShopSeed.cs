using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Commerce.Sandbox.Commercetools;

/// <summary>A shop's files as a project: products with embedded prices by channel, what is for one customer as a group of one, coupons as discount codes.</summary>
internal static class ShopSeed
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    public static void Into(VendorProject project, string shop)
    {
        var prices = new Dictionary<string, JsonArray>(StringComparer.Ordinal);
        foreach (var list in Entries(Path.Combine(shop, "prices")))
        {
            Prices(project, list, prices);
        }

        foreach (var product in Entries(Path.Combine(shop, "products")))
        {
            project.Put(VendorProject.Products, Product(product, prices));
        }

        if (Path.Combine(shop, "coupons.json") is var coupons && File.Exists(coupons))
        {
            foreach (var coupon in Read(coupons))
            {
                Coupon(project, coupon);
            }
        }
    }

    /// <summary>Products that nobody wrote, cheap to make: number <paramref name="from"/> and those after it.</summary>
    public static void Generate(VendorProject project, int from, int count)
    {
        for (var number = from; number < from + count; number++)
        {
            var prices = new JsonArray(Price(900 + (number % 5000), "EUR"), Price(1000 + (number % 5000), "USD"));
            project.Put(VendorProject.Products, new JsonObject
            {
                ["key"] = $"generated-{number}",
                ["name"] = English($"Generated {number}"),
                ["slug"] = English($"generated-{number}"),
                ["taxCategory"] = Expanded("tax-category", "standard"),
                ["categories"] = new JsonArray(Expanded("category", "generated")),
                ["masterVariant"] = new JsonObject { ["id"] = 1, ["sku"] = $"GEN-{number:000000}", ["prices"] = prices, ["attributes"] = new JsonArray() },
                ["variants"] = new JsonArray(),
            });
        }
    }

    public static JsonObject Price(long amount, string currency, string? channel = null, string? group = null)
    {
        var price = new JsonObject { ["id"] = SandboxIds.New(""), ["value"] = Money(amount, currency) };
        if (channel is not null)
        {
            price["channel"] = new JsonObject { ["typeId"] = "channel", ["id"] = channel };
        }

        if (group is not null)
        {
            price["customerGroup"] = new JsonObject { ["typeId"] = "customer-group", ["id"] = group };
        }

        return price;
    }

    private static JsonObject Money(long amount, string currency) => new()
    {
        ["type"] = "centPrecision",
        ["currencyCode"] = currency,
        ["centAmount"] = amount,
        ["fractionDigits"] = Digits(currency),
    };

    private static void Prices(VendorProject project, JsonObject list, Dictionary<string, JsonArray> prices)
    {
        var channel = project.Put(VendorProject.Channels, new JsonObject { ["key"] = list["channel"]!.ToString(), ["roles"] = new JsonArray("ProductDistribution") });
        var group = list["customer"]?.ToString() is { } customer ? GroupOfOne(project, customer) : null;
        foreach (var (sku, listed) in (JsonObject)list["prices"]!)
        {
            if (!prices.TryGetValue(sku, out var all))
            {
                prices.Add(sku, all = []);
            }

            var steps = listed is JsonArray several ? several.OfType<JsonObject>().ToArray() : [listed as JsonObject ?? new JsonObject { ["amount"] = listed!.DeepClone() }];
            var price = Price((long)steps[0]["amount"]!, list["currency"]!.ToString(), channel, group);
            if (steps.Length > 1)
            {
                price["tiers"] = new JsonArray([.. steps.Skip(1).Select(step => (JsonNode)new JsonObject
                {
                    ["minimumQuantity"] = (int)step["fromQuantity"]!,
                    ["value"] = Money((long)step["amount"]!, list["currency"]!.ToString()),
                })]);
            }

            all.Add(price);
        }
    }

    private static string GroupOfOne(VendorProject project, string customer)
    {
        var group = project.Put(VendorProject.Groups, new JsonObject { ["key"] = $"of-{customer}", ["name"] = customer });
        project.Put(VendorProject.Customers, new JsonObject
        {
            ["key"] = customer,
            ["externalId"] = customer,
            ["customerGroup"] = new JsonObject { ["typeId"] = "customer-group", ["id"] = group },
        });
        return group;
    }

    private static JsonObject Product(JsonObject product, Dictionary<string, JsonArray> prices)
    {
        JsonObject[] variants = [.. product["variants"]!.AsArray().Select((variant, i) => Variant(product, (JsonObject)variant!, i + 1, prices))];
        return new JsonObject
        {
            ["key"] = product["id"]!.ToString(),
            ["name"] = English(product["name"]!.ToString()),
            ["description"] = English(product["description"]?.ToString() ?? ""),
            ["slug"] = English(product["id"]!.ToString()),
            ["taxCategory"] = Expanded("tax-category", product["taxCategory"]?.ToString() ?? "standard"),
            ["categories"] = product["category"] is { } category ? new JsonArray(Expanded("category", category.ToString())) : [],
            ["masterVariant"] = variants[0],
            ["variants"] = new JsonArray([.. variants.Skip(1)]),
        };
    }

    private static JsonObject Variant(JsonObject product, JsonObject variant, int id, Dictionary<string, JsonArray> prices)
    {
        var sku = variant["sku"]!.ToString();
        var attributes = new JsonArray(Attribute("brand", product["brand"]?.ToString() ?? ""), Attribute("tags", product["tags"]?.DeepClone() ?? new JsonArray()), Attribute("variant-name", variant["name"]!.ToString()));
        foreach (var (name, value) in variant["attributes"] as JsonObject ?? [])
        {
            attributes.Add((JsonNode)Attribute(name, value!.DeepClone()));
        }

        if (variant["grams"] is { } grams)
        {
            attributes.Add((JsonNode)Attribute("grams", grams.DeepClone()));
        }

        var made = new JsonObject { ["id"] = id, ["sku"] = sku, ["prices"] = prices.GetValueOrDefault(sku) ?? [], ["attributes"] = attributes };
        if (variant["initialStock"] is { } stock)
        {
            made["availability"] = new JsonObject { ["availableQuantity"] = stock.DeepClone() };
        }

        return made;
    }

    private static void Coupon(VendorProject project, JsonObject coupon)
    {
        var code = coupon["code"]!.ToString();
        var minimum = coupon["minimum"] is JsonObject by
            ? $"({string.Join(" or ", by.Select(m => $"lineItemTotal(1 = 1) >= \"{Major((long)m.Value!, m.Key)} {m.Key}\""))})"
            : "true";
        var discount = new JsonObject
        {
            ["key"] = $"coupon-{code}",
            ["name"] = English(coupon["reason"]!.ToString()),
            ["value"] = coupon["percentage"] is { } percentage
                ? new JsonObject { ["type"] = "relative", ["permyriad"] = (int)((decimal)percentage * 10_000m) }
                : new JsonObject { ["type"] = "absolute", ["money"] = new JsonArray([.. ((JsonObject)coupon["amounts"]!).Select(a => (JsonNode)Money((long)a.Value!, a.Key))]) },
            ["target"] = coupon["percentage"] is null ? new JsonObject { ["type"] = "totalPrice" } : new JsonObject { ["type"] = "lineItems", ["predicate"] = "true" },
            ["cartPredicate"] = minimum,
            ["sortOrder"] = (((decimal?)coupon["sortOrder"] ?? 0m) / 1000m + 0.001m).ToString(CultureInfo.InvariantCulture),
            ["stackingMode"] = "Stacking",
            ["isActive"] = true,
            ["requiresDiscountCode"] = true,
            ["stores"] = coupon["channels"] is JsonArray channels ? new JsonArray([.. channels.Select(c => (JsonNode)new JsonObject { ["typeId"] = "store", ["key"] = c!.ToString() })]) : [],
        };
        Copy(coupon, "from", discount, "validFrom");
        Copy(coupon, "until", discount, "validUntil");
        var id = project.Put(VendorProject.Discounts, discount);

        var made = new JsonObject
        {
            ["code"] = code,
            ["isActive"] = true,
            ["cartDiscounts"] = new JsonArray(new JsonObject { ["typeId"] = "cart-discount", ["id"] = id }),
        };
        Copy(coupon, "uses", made, "maxApplications");
        Copy(coupon, "usesPerCustomer", made, "maxApplicationsPerCustomer");
        project.Put(VendorProject.Codes, made);
    }

    private static void Copy(JsonObject from, string name, JsonObject to, string other)
    {
        if (from[name] is { } value)
        {
            to[other] = value.DeepClone();
        }
    }

    private static JsonObject English(string text) => new() { ["en"] = text };

    private static JsonObject Attribute(string name, JsonNode? value) => new() { ["name"] = name, ["value"] = value };

    private static JsonObject Expanded(string kind, string key) => new() { ["typeId"] = kind, ["id"] = VendorProject.IdOf(kind, key), ["obj"] = new JsonObject { ["key"] = key } };

    private static IEnumerable<JsonObject> Entries(string folder) =>
        Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).SelectMany(Read) : [];

    private static IEnumerable<JsonObject> Read(string file) => JsonNode.Parse(File.ReadAllText(file), documentOptions: Lenient)!.AsArray().OfType<JsonObject>();

    private static int Digits(string currency) => currency is "JPY" or "KRW" or "CLP" ? 0 : currency is "KWD" or "BHD" or "TND" ? 3 : 2;

    private static string Major(long amount, string currency)
    {
        var major = (decimal)amount;
        for (var i = Digits(currency); i > 0; i--)
        {
            major /= 10m;
        }

        return major.ToString(CultureInfo.InvariantCulture);
    }
}
