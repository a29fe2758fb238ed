namespace Appliance.Factors.Notifying;

/// <summary>What an attempt to deliver leads to.</summary>
internal enum DeliveryOutcome
{
    /// <summary>The message is out of our hands.</summary>
    Delivered,

    /// <summary>It is tried again.</summary>
    Later,

    /// <summary>It is given up.</summary>
    Never,
}
