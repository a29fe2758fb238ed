using Appliance.Pkcs11;
using Appliance.Server.Options;
using Appliance.Signing.Keys;
using Appliance.Storage;

namespace Appliance.Server.Hosting.Slots;

/// <summary>
/// The tokens of the group's slots, in the order of the settings. Each is opened and logged in when it is first needed;
/// one that is absent or refuses stops nothing as long as another serves. New keys, seals and the like are made on the
/// first that is up.
/// </summary>
internal sealed partial class SlotTokens : IDisposable
{
    private readonly Func<RefusedPins> _refused;
    private readonly bool _force;
    private readonly ILogger _logger;

    /// <param name="options">Validated.</param>
    /// <param name="refused">The memory of refused PINs.</param>
    /// <param name="force">An operator's word that the PINs are right now.</param>
    /// <param name="logger">Is told which slot does not open.</param>
    public SlotTokens(ApplianceOptions options, Func<RefusedPins> refused, bool force, ILogger logger)
    {
        _refused = refused;
        _force = force;
        _logger = logger;
        All = [.. options.AllSlots().Select(slot => new ConfiguredSlot(slot.Key, slot.Value))];
    }

    /// <summary>All slots, the first one first.</summary>
    public IReadOnlyList<ConfiguredSlot> All { get; }

    /// <summary>Is told of a slot that did not open while there are others; by default nobody is.</summary>
    public Action<string>? Passed { get; set; }

    /// <summary>The first token that is up, for what is done on one token.</summary>
    /// <exception cref="SlotsException">None is up, of several.</exception>
    public Token Token => Usable().FirstOrDefault() ?? throw None();

    /// <summary>How many sessions the settings want on a token.</summary>
    public int SessionsOf(Token token)
        => All.FirstOrDefault(slot => ReferenceEquals(slot.Token, token))?.Settings.Sessions ?? 0;

    /// <summary>Every token that is up, the first one first; each is opened when it is asked for.</summary>
    public IEnumerable<Token> Usable() => UsableSlots().Select(slot => slot.Token!);

    /// <summary>The slots whose tokens are up.</summary>
    public IEnumerable<ConfiguredSlot> UsableSlots()
    {
        var found = false;
        var failed = All.Where(slot => slot.WasTried && slot.Token is null).ToList();
        foreach (var slot in All)
        {
            if ((slot.WasTried || TryOpen(slot)) && IsUp(slot))
            {
                found = true;
                yield return slot;
            }
        }

        // What failed before may have come back.
        foreach (var slot in found ? [] : failed)
        {
            if (TryOpen(slot))
            {
                yield return slot;
            }
        }
    }

    /// <summary>Opens what is not open yet.</summary>
    /// <exception cref="SlotsException">None opened, of several.</exception>
    public void OpenAll()
    {
        var opened = All.Where(TryOpen).ToList();
        if (opened.Count == 0)
        {
            throw None();
        }
    }

    /// <summary>False when it did not open; then its obstacle says why.</summary>
    public bool TryOpen(ConfiguredSlot slot)
    {
        var before = slot.Obstacle;
        if (slot.TryOpen(LogIn, _logger))
        {
            return true;
        }

        if (All.Count > 1 && !string.Equals(before, slot.Obstacle, StringComparison.Ordinal))
        {
            Log.DidNotOpen(_logger, slot.Name, slot.Obstacle);
            Passed?.Invoke($"The slot \"{slot.Name}\" cannot be used: {slot.Obstacle}");
        }

        return false;
    }

    /// <summary>Unwraps the root key by the first token that is up and has a copy of it.</summary>
    /// <param name="rows">The copies.</param>
    /// <exception cref="RootKeyException">No token that is up unwraps it.</exception>
    public RootKey Unwrap(IReadOnlyList<RootKeyRow> rows)
    {
        var tried = false;
        RootKeyException? failure = null;
        foreach (var token in Usable())
        {
            tried = true;
            try
            {
                return RootKey.Unwrap(token, rows);
            }
            catch (RootKeyException error)
            {
                failure ??= error;
            }
            catch (Exception error) when (All.Count > 1 && error is Pkcs11Exception or TokenLoginException)
            {
                failure ??= new RootKeyException(error.Message, error);
            }
        }

        throw tried ? failure! : None();
    }

    public void Dispose()
    {
        foreach (var slot in All)
        {
            slot.Dispose();
        }
    }

    private bool IsUp(ConfiguredSlot slot)
        => slot.Token is { } token && (All.Count == 1 || token.TryKeepLogin());

    private void LogIn(ConfiguredSlot slot, Token token)
    {
        if (!slot.Settings.IsHosted
            && All.FirstOrDefault(other => other != slot && !other.Settings.IsHosted && other.IsSameToken(token))
                is { } same)
        {
            throw new FormatException(
                $"{token.Info} is the slot \"{same.Name}\" already; choose another token, by its serial number.");
        }

        token.Login(ConfiguredSlot.PinOf(slot.Settings), _refused(), _force);
    }

    /// <summary>One slot's own exception, as if it stood alone; of several, all that is in their way.</summary>
    private SlotsException None()
    {
        if (All.Count == 1)
        {
            All[0].ThrowFault();
        }

        return new SlotsException(
            "No slot can be used. "
            + string.Join(' ', All.Select(slot => $"{slot.Name}: {slot.Obstacle ?? "its login is lost."}")));
    }

    private static partial class Log
    {
        [LoggerMessage(
            8125, LogLevel.Error, "The slot {Slot} did not open; the others serve without it: {Obstacle}")]
        public static partial void DidNotOpen(ILogger logger, string slot, string? obstacle);
    }
}
