namespace Appliance.Pkcs11;

/// <summary>Where a slot stands. Anybody who sees it fail makes it worse; only its keeper makes it better.</summary>
public enum SlotState
{
    /// <summary>Signs.</summary>
    Ready,

    /// <summary>Has just failed, or a call does not return: it signs only where no other slot is ready.</summary>
    Suspect,

    /// <summary>Is given nothing: it is gone, failed several times, or made a wrong signature.</summary>
    Quarantined,

    /// <summary>Its keeper is trying it by a real signature with a key of the appliance's own.</summary>
    Probing,

    /// <summary>An operator has taken it out: it finishes what it has and is given nothing new.</summary>
    Draining,
}
