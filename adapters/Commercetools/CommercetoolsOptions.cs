using System.ComponentModel.DataAnnotations;
using Commerce.Vendors;

namespace Commerce.Commercetools;

/// <summary>Which commercetools project the shop sells from, and how long to keep trying. Bound from <c>Commerce:Commercetools</c>.</summary>
/// <remarks>Its addresses are <see cref="ApiUrl"/> and <see cref="AuthUrl"/>, so <see cref="VendorOptions.BaseUrl"/> is not used.</remarks>
public sealed class CommercetoolsOptions : VendorOptions
{
    public const string Section = "Commerce:Commercetools";

    internal const string Vendor = "commercetools";

    public CommercetoolsOptions()
    {
        RetryDelay = TimeSpan.FromMilliseconds(300);
        BreakerSampling = TimeSpan.FromSeconds(30);
    }

    /// <summary>Key of the project. Required.</summary>
    [Required(ErrorMessage = "Set Commerce__Commercetools__ProjectKey, or leave Commerce__Catalog__Provider out to sell from the shop's files (see README).")]
    public string? ProjectKey { get; set; }

    /// <summary>Id of the API client. Required.</summary>
    [Required(ErrorMessage = "Set Commerce__Commercetools__ClientId to an API client with the scopes view_published_products, view_messages, view_cart_discounts, view_discount_codes and view_customers.")]
    public string? ClientId { get; set; }

    /// <summary>Secret of the API client. Required; never logged.</summary>
    [Required(ErrorMessage = "Set Commerce__Commercetools__ClientSecret.")]
    public string? ClientSecret { get; set; }

    /// <summary>Scopes to ask for, separated by blanks. Default: all that the client has.</summary>
    public string? Scope { get; set; }

    /// <summary>Where the API of the project's region is. Default: https://api.europe-west1.gcp.commercetools.com. Plain http is taken for this machine only.</summary>
    public string ApiUrl { get; set; } = "https://api.europe-west1.gcp.commercetools.com";

    /// <summary>Where tokens of the project's region are had. Default: https://auth.europe-west1.gcp.commercetools.com.</summary>
    public string AuthUrl { get; set; } = "https://auth.europe-west1.gcp.commercetools.com";

    /// <summary>Asked at the first call, by a host that learns the address of both late, and instead of them. Null: not known yet, which is Unavailable.</summary>
    public Func<Uri?>? ResolveUrl { get; set; }

    /// <summary>Which of the texts in many languages are taken: IETF tag. Default: <c>en</c>; where it is missing, the first by tag.</summary>
    [Required]
    public string Language { get; set; } = "en";

    /// <summary>
    /// Whose prices and discounts belong to which channel of the shop. Default: every channel takes the prices of the commercetools channel with its own
    /// id as key, and those of no channel, in its own currencies and countries.
    /// </summary>
    public List<MarketOptions> Markets { get; } = [];

    /// <summary>Our tax category by the key of theirs. Default: keys are taken as they are; a product without one is <c>standard</c>.</summary>
    public Dictionary<string, string> TaxCategories { get; } = [];

    /// <summary>Attribute with the brand: a text. Default: <c>brand</c>.</summary>
    public string BrandAttribute { get; set; } = "brand";

    /// <summary>Attribute with the tags: a set of texts. Default: <c>tags</c>.</summary>
    public string TagsAttribute { get; set; } = "tags";

    /// <summary>Attribute with what a unit of a variant weighs: a whole number of grams. Default: <c>grams</c>.</summary>
    public string GramsAttribute { get; set; } = "grams";

    /// <summary>Attribute with the whole name of a variant. Default: <c>variant-name</c>; without it, the product's name and the variant's attributes.</summary>
    public string VariantNameAttribute { get; set; } = "variant-name";

    /// <summary>Which field of a customer is the id in the shop's customer tokens: <c>id</c>, <c>key</c> or <c>externalId</c>. Default: <c>externalId</c>.</summary>
    [RegularExpression("id|key|externalId")]
    public string CustomerIdentity { get; set; } = "externalId";

    /// <summary>How far back a reading goes that begins at what was seen last, for what was stamped before and became visible after. Default: 30 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan Overlap { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest one call may take, retries and waits included. Default: 20 seconds; no shopper waits for it.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public override TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Longest one attempt may take; a page of 500 products is a few megabytes. Default: 8 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public override TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>Longest <c>Retry-After</c> that is waited for inside a call; a longer one is handed to the caller at once. Default: 5 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public override TimeSpan LongestRetryAfter { get; set; } = TimeSpan.FromSeconds(5);

    protected override IEnumerable<string> Faults(string section)
    {
        foreach (var fault in base.Faults(section))
        {
            yield return fault;
        }

        foreach (var (at, market) in Markets.Index())
        {
            foreach (var fault in OutOfRange(market, $"{section}:Markets:{at}"))
            {
                yield return fault;
            }
        }

        if (Markets.SelectMany(market => market.Currencies).FirstOrDefault(currency => !Currency.IsKnown(currency)) is { } unknown)
        {
            yield return $"{section}:Markets: '{unknown}' is no ISO 4217 currency.";
        }

        if (ResolveUrl is null && !(IsTaken(ApiUrl) && IsTaken(AuthUrl)))
        {
            yield return $"{section}:ApiUrl and AuthUrl are absolute https addresses; http is taken for this machine.";
        }
    }
}

/// <summary>What of the project belongs to one channel of the shop.</summary>
public sealed class MarketOptions
{
    /// <summary>Id of the shop's channel. Required.</summary>
    [Required]
    public string Channel { get; set; } = "";

    /// <summary>Currencies whose prices it takes. Default: none, so name one at the least.</summary>
    [MinLength(1)]
    public List<string> Currencies { get; } = [];

    /// <summary>Countries whose prices it takes. Default: all. Prices of no country are always taken.</summary>
    public List<string> Countries { get; } = [];

    /// <summary>Key of the commercetools channel whose prices it takes before those of no channel. Default: only those of no channel.</summary>
    public string? PriceChannel { get; set; }

    /// <summary>Key of the store whose cart discounts it takes beside those of no store. Default: only those of no store.</summary>
    public string? Store { get; set; }
}
