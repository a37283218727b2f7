"""Why a plan is as it is: pairs, places, donors and conflicts, as codes and facts (§M8)."""
