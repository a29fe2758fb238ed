using System.Text.Json;

namespace Appliance.Pkcs11.Login;

/// <summary>
/// The file behind <see cref="RefusedPins"/>, held under an exclusive lock (a file of its own beside it, since this one
/// is replaced whole by rename). Whatever goes wrong forbids the login: forgetting would lock the token.
/// </summary>
internal sealed class RefusedPinFile : IDisposable
{
    private const int MaxFileBytes = 1_048_576;
    private const int MaxPerToken = 8;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly string _path;
    private readonly FileStream _lock;
    private readonly RefusedPinState _state;

    private RefusedPinFile(string path, FileStream hold, RefusedPinState state)
    {
        _path = path;
        _lock = hold;
        _state = state;
    }

    public static RefusedPinFile OpenLocked(string path, TimeSpan timeout, TimeProvider time)
    {
        FileStream? hold = null;
        try
        {
            hold = Lock(path + ".lock", timeout, time);
            return new RefusedPinFile(path, hold, Read(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            hold?.Dispose();
            throw CannotRemember(path, e);
        }
    }

    public IEnumerable<RefusedPin> Of(string serial)
        => _state.Refused.Where(pin => string.Equals(pin.TokenSerial, serial, StringComparison.Ordinal));

    public int Unfinished(string serial) => _state.Unfinished.GetValueOrDefault(serial);

    public void Announce(string serial) => _state.Unfinished[serial] = Unfinished(serial) + 1;

    public void Settle(string serial) => _state.Unfinished.Remove(serial);

    public void Forget(string serial)
    {
        Settle(serial);
        _state.Refused.RemoveAll(pin => string.Equals(pin.TokenSerial, serial, StringComparison.Ordinal));
    }

    /// <summary>Keeps the newest few of a token, so that checking stays quick.</summary>
    public void Remember(RefusedPin refused)
    {
        Settle(refused.TokenSerial);
        _state.Refused.Add(refused);
        var surplus = Of(refused.TokenSerial).Count() - MaxPerToken;
        foreach (var oldest in Of(refused.TokenSerial).Take(Math.Max(surplus, 0)).ToList())
        {
            _state.Refused.Remove(oldest);
        }
    }

    /// <summary>Replaces the file; on disk when it returns.</summary>
    public void Write()
    {
        try
        {
            var next = _path + ".new";
            using (var file = new FileStream(next, Options(FileMode.Create)))
            {
                JsonSerializer.Serialize(file, _state, RefusedPinJson.Default.RefusedPinState);
                file.Flush(flushToDisk: true);
            }

            File.Move(next, _path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotRemember(_path, e);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path, TimeSpan timeout, TimeProvider time)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, Options(FileMode.OpenOrCreate));
            }
            catch (IOException) when (File.Exists(path) && time.GetElapsedTime(start) < timeout)
            {
                // Another process is logging in.
                Thread.Sleep(s_pause);
            }
        }
    }

    private static FileStreamOptions Options(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    private static RefusedPinState Read(string path)
    {
        if (!File.Exists(path))
        {
            return new RefusedPinState([], []);
        }

        if (new FileInfo(path).Length > MaxFileBytes)
        {
            throw new IOException($"It is larger than {MaxFileBytes} bytes.");
        }

        var state = JsonSerializer.Deserialize(File.ReadAllBytes(path), RefusedPinJson.Default.RefusedPinState);
        return state is { Refused: not null, Unfinished: not null }
            ? state
            : throw new IOException("It has no content.");
    }

    private static TokenLoginException CannotRemember(string path, Exception e) => new(
        TokenLoginFailure.CannotRemember,
        $"Refused PINs cannot be remembered in {path}, so no PIN is tried. Make it writable and whole. ({e.Message})");
}
