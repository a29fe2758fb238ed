using System.Security.Cryptography;
using System.Text;

namespace Appliance.Pkcs11;

/// <summary>
/// Where a PIN comes from. Files and variables are read anew for each login, so that a changed PIN is taken up;
/// prompted and given PINs are kept in <see cref="LockedMemory"/> until the source is disposed.
/// </summary>
public sealed class PinSource : IDisposable
{
    internal const int MaxLength = 255;

    private readonly Func<LockedMemory> _read;
    private readonly bool _keep;
    private LockedMemory? _kept;

    private PinSource(string description, Func<LockedMemory> read, bool keep)
    {
        Description = description;
        _read = read;
        _keep = keep;
    }

    /// <summary>For error texts: never the PIN.</summary>
    public string Description { get; }

    /// <summary>The first line of a file, without its line end.</summary>
    public static PinSource FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new PinSource($"file {path}", () => ReadFile(path), keep: false);
    }

    /// <summary>
    /// An environment variable. The runtime holds it as a string, which cannot be zeroed: prefer a file.
    /// </summary>
    public static PinSource FromEnvironment(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new PinSource($"environment variable {name}", () => ReadEnvironment(name), keep: false);
    }

    /// <summary>Asks on the console without echo, at the first login; reads a line where input is redirected.</summary>
    public static PinSource FromPrompt(string prompt = "PIN: ")
        => new("prompt", () => ReadPrompt(prompt), keep: true);

    /// <summary>Copies bytes; the caller zeroes its own.</summary>
    public static PinSource FromBytes(ReadOnlySpan<byte> pin)
    {
        var source = new PinSource("given bytes", () => throw Missing("no PIN was given"), keep: true);
        source._kept = pin.IsEmpty || pin.Length > MaxLength ? null : LockedMemory.CopyOf(pin);
        return source;
    }

    /// <summary>The PIN, for the caller to dispose.</summary>
    /// <exception cref="TokenLoginException">It is missing, empty or longer than 255 bytes.</exception>
    public LockedMemory Read()
    {
        if (!_keep)
        {
            return _read();
        }

        _kept ??= _read();
        return LockedMemory.CopyOf(_kept.GetSpan());
    }

    /// <summary>Zeroes a kept PIN.</summary>
    public void Dispose()
    {
        _kept?.Dispose();
        _kept = null;
    }

    private static LockedMemory ReadFile(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return ReadLine(file, $"file {path}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Missing($"{path} cannot be read ({e.Message})");
        }
    }

    private static LockedMemory ReadEnvironment(string name)
    {
        var value = Environment.GetEnvironmentVariable(name);
        return string.IsNullOrEmpty(value)
            ? throw Missing($"environment variable {name} is not set")
            : Take(Encoding.UTF8.GetBytes(value), $"environment variable {name}");
    }

    private static LockedMemory ReadPrompt(string prompt)
    {
        Console.Error.Write(prompt);
        if (Console.IsInputRedirected)
        {
            using var input = Console.OpenStandardInput();
            return ReadLine(input, "standard input");
        }

        var typed = new char[MaxLength];
        var count = 0;
        try
        {
            for (var key = Console.ReadKey(true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(true))
            {
                count = key.Key == ConsoleKey.Backspace ? Math.Max(count - 1, 0) : count;
                if (!char.IsControl(key.KeyChar) && count < typed.Length)
                {
                    typed[count++] = key.KeyChar;
                }
            }

            Console.Error.WriteLine();
            return Take(Encoding.UTF8.GetBytes(typed, 0, count), "prompt");
        }
        finally
        {
            Array.Clear(typed);
        }
    }

    private static LockedMemory ReadLine(Stream stream, string origin)
    {
        Span<byte> buffer = stackalloc byte[MaxLength + 2];
        try
        {
            // Byte by byte: a pipe may stay open behind the line.
            var count = 0;
            while (count < buffer.Length && stream.Read(buffer.Slice(count, 1)) == 1 && buffer[count] != (byte)'\n')
            {
                count++;
            }

            var line = buffer[..count].TrimEnd((byte)'\r');
            return line.IsEmpty || line.Length > MaxLength
                ? throw Missing($"{origin} is empty or its first line is longer than {MaxLength} bytes")
                : LockedMemory.CopyOf(line);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer);
        }
    }

    private static LockedMemory Take(byte[] pin, string origin)
    {
        try
        {
            return pin.Length is 0 or > MaxLength
                ? throw Missing($"{origin} is empty or longer than {MaxLength} bytes")
                : LockedMemory.CopyOf(pin);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pin);
        }
    }

    private static TokenLoginException Missing(string why) => new(TokenLoginFailure.PinMissing, $"No PIN: {why}.");
}
