using Commerce.Carts;
using Commerce.Shipping;
using Commerce.Shop;

namespace Commerce.Tests.Shipping;

public sealed class RateTableConformance : ShippingProviderConformance, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("shipping-").FullName;

    public RateTableConformance()
    {
        File.WriteAllText(Path.Combine(folder, RateTableShippingProvider.File), """
            [
              {
                "channel": "eu",
                "countries": ["DE"],
                "calendar": { "timeZone": "Europe/Berlin", "cutoff": "14:00", "holidays": ["12-25", "2026-11-25"] },
                "methods": [
                  { "id": "express", "name": "Courier", "minDays": 1, "maxDays": 1, "weights": [{ "upToGrams": 2000, "price": { "EUR": 1295 } }] },
                  {
                    "id": "standard", "name": "Parcel", "minDays": 2, "maxDays": 4, "freeFrom": { "EUR": 9900 },
                    "weights": [
                      { "upToGrams": 2000, "price": { "EUR": 595 }, "steps": [{ "from": { "EUR": 4900 }, "price": { "EUR": 295 } }] },
                      { "upToGrams": 31500, "price": { "EUR": 1595 } }
                    ]
                  }
                ]
              }
            ]
            """);
        Provider = new RateTableShippingProvider(new ShopFolder(folder));
    }

    protected override IShippingProvider Provider { get; }

    protected override string Channel => "eu";

    protected override string Currency => "EUR";

    protected override Destination Served => new("DE", null, "10117");

    protected override Destination NotServed => new("FR", null);

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
