namespace Appliance.Pkcs11;

/// <summary>
/// Where a PIN comes from. Files and variables are read anew for each login, so that a changed PIN is taken up;
/// prompted and given PINs are kept in <see cref="LockedMemory"/> until the source is disposed.
/// </summary>
public sealed class PinSource : IDisposable
{
    private PinSource(string description) => Description = description;

    /// <summary>For error texts: never the PIN.</summary>
    public string Description { get; }

    /// <summary>The first line of a file, without its line end.</summary>
    public static PinSource FromFile(string path) => new($"file {path}");

    /// <summary>An environment variable.</summary>
    public static PinSource FromEnvironment(string name) => new($"environment variable {name}");

    /// <summary>Asks on the console without echo, at the first login.</summary>
    public static PinSource FromPrompt(string prompt = "PIN: ") => new(prompt);

    /// <summary>Copies bytes; the caller zeroes its own.</summary>
    public static PinSource FromBytes(ReadOnlySpan<byte> pin) => new(pin.IsEmpty ? "nothing" : "given bytes");

    /// <summary>The PIN, for the caller to dispose.</summary>
    /// <exception cref="TokenLoginException">It is missing, empty or longer than 255 bytes.</exception>
    public LockedMemory Read() => throw new NotSupportedException();

    /// <summary>Zeroes a kept PIN.</summary>
    public void Dispose()
    {
    }
}
