"""The typed form of the facts: one module for each service.

Generated from facts.json and own_facts.json by imagewright.contract.generate. Do not edit.
"""
