using System.Security.Cryptography;

namespace Commerce.Events;

/// <summary>The reader of the journal that is this process' own: what one front end follows does not hang on what another asks, nor on the silo where that one's reader is.</summary>
internal sealed class JournalReader(IGrainFactory grains)
{
    private readonly long key = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    public ILifecycleReader Grain => grains.Lifecycle(key);
}
