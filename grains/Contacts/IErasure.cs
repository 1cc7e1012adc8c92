namespace Commerce.Contacts;

/// <summary>The storage's part in an erasure: databases leave what was deleted in free pages and logs until something overwrites it.</summary>
internal interface IErasure
{
    /// <summary>When it completes, no file of the storage holds anything that was overwritten or deleted before the call.</summary>
    Task Scrub();
}
