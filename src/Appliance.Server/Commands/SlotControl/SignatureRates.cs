using Appliance.Server.Commands.Documents;

namespace Appliance.Server.Commands.SlotControl;

/// <summary>Signatures a second between one look at the slots and the next.</summary>
internal sealed class SignatureRates(TimeProvider time)
{
    private Dictionary<string, long> _before = new(StringComparer.Ordinal);
    private long _at = time.GetTimestamp();

    /// <summary>By slot; nothing at the first look.</summary>
    public IReadOnlyDictionary<string, long> Next(SlotsDocument now)
    {
        var at = time.GetTimestamp();
        var seconds = time.GetElapsedTime(_at, at).TotalSeconds;
        var rates = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var slot in now.Slots)
        {
            if (seconds > 0 && _before.TryGetValue(slot.Slot, out var before))
            {
                rates[slot.Slot] = (long)Math.Round((slot.Signatures - before) / seconds);
            }
        }

        _before = now.Slots.ToDictionary(slot => slot.Slot, slot => slot.Signatures, StringComparer.Ordinal);
        _at = at;
        return rates;
    }
}
