namespace Commerce.Sandbox;

/// <summary>Something that a pretend vendor tells a shop about. Each vendor derives its own, with what its body shows.</summary>
/// <param name="Vendor">As the shop's webhook address names it: <c>stripe</c>, <c>adyen</c>.</param>
/// <param name="Id">Unique over all vendors.</param>
/// <param name="Type">As the vendor and a fault name it: <c>payment_intent.succeeded</c>, <c>CAPTURE</c>.</param>
/// <param name="Created">Unix seconds.</param>
internal abstract record VendorEvent(string Vendor, string Id, string Type, long Created)
{
    /// <summary>Not sent before; Unix milliseconds. Default: at once.</summary>
    public long NotBefore { get; init; }
}

/// <summary>A pretend vendor that sends webhooks. Registered as a service, its events are sent until they are taken.</summary>
internal interface IWebhookSource
{
    string Vendor { get; }

    /// <summary>Told about each event that is to be sent, after it was appended to the journal.</summary>
    Action<VendorEvent>? Raised { get; set; }

    /// <summary>What was raised before and neither taken nor given up, oldest first.</summary>
    IReadOnlyList<VendorEvent> Undelivered();

    /// <summary>Notes that an event needs no further delivery.</summary>
    void Delivered(string eventId);

    /// <summary>Writes one attempt: the body as this vendor writes it, signed as this vendor signs.</summary>
    /// <param name="forged">Signs with a secret that is not the shop's.</param>
    void Write(HttpRequestMessage request, VendorEvent happened, DateTimeOffset now, bool forged);
}
