using Appliance.Pkcs11.Interop;
using Appliance.Pkcs11.Login;
using Appliance.Pkcs11.Policy;

namespace Appliance.Pkcs11;

/// <summary>
/// Remembers PINs that a token refused, so that no restart, however often, tries one again and locks the token.
/// A login is announced in the file before it is begun and settled after it, under a lock that other processes on this
/// machine respect. The optional delegates share the memory with other nodes through the store.
/// </summary>
public sealed class RefusedPins
{
    /// <summary>A crash between announcing and settling is forgiven once; the second time somebody must look.</summary>
    private const int MaxUnfinished = 2;

    private static readonly TimeSpan s_lockTimeout = TimeSpan.FromSeconds(30);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Func<string, RefusedPin?>? _load;
    private readonly Action<string, RefusedPin?>? _save;

    /// <summary>A memory.</summary>
    /// <param name="path">File; made with mode 600 when needed. Its folder must be writable.</param>
    /// <param name="time">Clock.</param>
    /// <remarks>The delegates are called on the thread that logs in, which may be a signing thread.</remarks>
    /// <param name="load">Finds the PIN last refused by the token of a serial number, anywhere; null when none.</param>
    /// <param name="save">Keeps a refused PIN, or forgets the token's (second argument null).</param>
    public RefusedPins(
        string path,
        TimeProvider time,
        Func<string, RefusedPin?>? load = null,
        Action<string, RefusedPin?>? save = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(time);
        _path = Path.GetFullPath(path);
        _time = time;
        _load = load;
        _save = save;
    }

    /// <summary>Forgets what is remembered of a token: an operator's decision after the PIN was set right.</summary>
    /// <exception cref="TokenLoginException">The file cannot be read or written.</exception>
    public void Forget(string tokenSerial)
    {
        using var file = RefusedPinFile.OpenLocked(_path, s_lockTimeout, _time);
        file.Forget(tokenSerial);
        file.Write();
        Save(tokenSerial, refused: null);
    }

    /// <summary>Runs one login unless the memory forbids it, and remembers how it ended.</summary>
    internal CKR Attempt(TokenInfo token, LockedMemory pin, bool force, Func<CKR> login)
    {
        using var file = RefusedPinFile.OpenLocked(_path, s_lockTimeout, _time);
        var serial = token.SerialNumber;
        if (!force)
        {
            Check(file, token, pin);
        }

        file.Announce(serial);
        file.Write();

        var returnValue = login();
        switch (returnValue)
        {
            case CKR.CKR_OK or CKR.CKR_USER_ALREADY_LOGGED_IN:
                file.Forget(serial);
                file.Write();
                if (Load(serial) is not null)
                {
                    Save(serial, refused: null);
                }

                break;
            case var refusal when IsRefusal(refusal):
                var refused = PinDigest.Make(serial, pin.GetSpan(), _time.GetUtcNow());
                file.Remember(refused);
                file.Write();
                Save(serial, refused);
                break;
            default:
                file.Settle(serial);
                file.Write();
                break;
        }

        return returnValue;
    }

    /// <summary>The token has said no to this PIN, in whichever way: it is not asked again.</summary>
    private static bool IsRefusal(CKR returnValue)
        => ReturnValuePolicy.For(returnValue, SignPhase.Login, VendorProfile.Default) == SignRecovery.DisableSlot;

    private void Check(RefusedPinFile file, TokenInfo token, LockedMemory pin)
    {
        foreach (var refused in file.Of(token.SerialNumber))
        {
            ThrowIfSame(refused, token, pin);
        }

        if (Load(token.SerialNumber) is { } shared)
        {
            ThrowIfSame(shared, token, pin);
        }

        if (file.Unfinished(token.SerialNumber) >= MaxUnfinished)
        {
            throw new TokenLoginException(
                TokenLoginFailure.UnfinishedAttempts,
                $"{MaxUnfinished} logins to {token} were begun and never finished, so their PIN may be wrong. "
                + "Check the PIN and log in once by force: appliance doctor --force-pin.");
        }
    }

    private RefusedPin? Load(string serial)
    {
        try
        {
            return _load?.Invoke(serial);
        }
        catch (Exception e)
        {
            throw StoreFailed(e);
        }
    }

    private void Save(string serial, RefusedPin? refused)
    {
        try
        {
            _save?.Invoke(serial, refused);
        }
        catch (Exception e)
        {
            throw StoreFailed(e);
        }
    }

    private static TokenLoginException StoreFailed(Exception e) => new(
        TokenLoginFailure.CannotRemember,
        $"The store did not answer about refused PINs, or could not keep one. ({e.Message})");

    private static void ThrowIfSame(RefusedPin refused, TokenInfo token, LockedMemory pin)
    {
        if (PinDigest.Matches(refused, pin.GetSpan()))
        {
            throw new TokenLoginException(
                TokenLoginFailure.PinRefusedBefore,
                $"This PIN was refused by {token} at {refused.At:u} and is not tried again. Configure the right PIN; "
                + "if the token's PIN was changed to this one, log in once by force: appliance doctor --force-pin.");
        }
    }
}
