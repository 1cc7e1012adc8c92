using Microsoft.Extensions.Options;

namespace Commerce.Vendors;

/// <summary>The settings of a vendor that hold now: the last that were valid. A change that is not valid is told in the log and not followed.</summary>
public sealed class VendorSettings<TOptions> : IDisposable
    where TOptions : VendorOptions
{
    private readonly IDisposable? changes;
    private volatile TOptions current;

    public VendorSettings(IOptionsMonitor<TOptions> options, string name)
    {
        current = options.Get(name);
        changes = options.OnChange((changed, of) =>
        {
            if ((of ?? Options.DefaultName) == name)
            {
                current = changed;
            }
        });
    }

    public TOptions Current => current;

    public void Dispose() => changes?.Dispose();
}
