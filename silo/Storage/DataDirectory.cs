namespace Commerce.Storage;

/// <summary>The folder of the embedded files, held by this process as long as it lives.</summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly string path;
    private readonly FileStream held;

    private DataDirectory(string path, FileStream held) => (this.path, this.held) = (path, held);

    /// <summary>Makes the folder when need be, and takes it for this process. A folder that another process holds is refused.</summary>
    public static DataDirectory Take(string path)
    {
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(full);
        try
        {
            return new DataDirectory(full, new FileStream(Path.Combine(full, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException busy)
        {
            throw new InvalidOperationException($"Another process uses '{full}'. Stop it, or give this one a folder of its own with Commerce__DataDirectory.", busy);
        }
    }

    public string File(string name) => Path.Combine(path, name);

    public void Dispose() => held.Dispose();
}
